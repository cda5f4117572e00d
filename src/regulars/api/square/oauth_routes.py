"""The routes of Square's OAuth API."""

from __future__ import annotations

from regulars.api.route import Route
from regulars.api.square import oauth, oauth_shapes

ROUTES = (
    Route(
        name="RetrieveTokenStatus",
        summary="What the token opens, and until when",
        dialect="square",
        method="POST",
        template="/oauth2/token/status",
        scope="token",
        handle=oauth.status,
        answer=oauth_shapes.RetrieveTokenStatusResponse,
    ),
    Route(
        name="ObtainToken",
        summary="A new token for an older one; in a sandbox only",
        dialect="square",
        method="POST",
        template="/oauth2/token",
        scope="public",
        handle=oauth.obtain,
        answer=oauth_shapes.ObtainTokenResponse,
        body=oauth_shapes.ObtainTokenRequest,
    ),
    Route(
        name="RevokeToken",
        summary="Revokes a token; in a sandbox only",
        dialect="square",
        method="POST",
        template="/oauth2/revoke",
        scope="public",
        handle=oauth.revoke,
        answer=oauth_shapes.RevokeTokenResponse,
        body=oauth_shapes.RevokeTokenRequest,
    ),
)
