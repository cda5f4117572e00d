"""Whatever is asked, the answer is in the dialect's shape, and never an error of ours."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.shop import HERE, Shop

NAMES = [
    "page", "pageSize", "search", "updatedAfter", "includeDeleted", "offset", "limit", "cursor", "sort_field",
    "sort_order", "count",
]  # fmt: skip
PATHS = [
    f"/pos/v2/{HERE}/customers", f"/api/pos/v2/{HERE}/customers", f"/pos/v2/{HERE}/customers/x", "/v2/customers",
    "/v2/customers/x", "/v2/locations", "/v2/merchants/me", "/marketplace/v2/locations",
]  # fmt: skip
VALUES = [
    "", "0", "-1", "1", str(2**31), str(2**63), "9" * 400, "1e999", "NaN", "true", "null", "[]", "{}", "%00",
    "%FF", "%C0%AF", "%ED%A0%80", "%E2%80%AE", "%EF%BB%BF", "a" * 8_000, "%F0%9F%91%A9%E2%80%8D%F0%9F%91%A9",
    "%CC%81" * 150, "' OR 1=1--", "NEAR(a b)", '"', "*", "2024-01-01", "2024-01-01T00:00:00+00:00", "DESC",
    "CREATED_AT", "../../etc/passwd", "%0d%0aX-Evil:%201", "${jndi:ldap://x}", "<script>", "%", "%zz", "%u0041",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_parameter_with_every_value(shop: Shop, path: str) -> None:
    """Eleven parameters, 37 values, one at a time."""
    for name in NAMES:
        for value in VALUES:
            answer = shop.get(f"{path}?{name}={value}")
            assert answer.status in {200, 400, 404}, (name, value)
            assert answer.json is not None
            assert "\r" not in str(answer.headers)
            assert "x-evil" not in answer.headers


raw = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="#? "), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    path=st.one_of(st.sampled_from(PATHS), raw),
    query=raw,
    names=st.lists(st.tuples(st.sampled_from(NAMES), raw), max_size=4),
)
def test_anything(shop: Shop, path: str, query: str, names: list[tuple[str, str]]) -> None:
    """Random requests, half of them near the real ones."""
    query = "&".join([query, *(f"{name}={value}" for name, value in names)])

    answer = shop.get(f"/{path.lstrip('/')}?{query}")

    assert answer.status in {200, 400, 404}
    assert answer.json is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    header=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80),
    version=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)
def test_any_headers(shop: Shop, header: str, version: str) -> None:
    """401, unless it is the token."""
    answer = shop.get(
        "/v2/customers", token=None, headers={"Authorization": header, "Square-Version": version}
    )

    assert answer.status == 401
