"""Every kind of source there is: those that ship, and those of other packages (entry point `regulars.sources`)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from regulars import errors
from regulars.sources.contract import Kind

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "regulars.sources"
# In the order of `regulars source kinds`; each is a module of `kinds`, with `-` written as `_`.
SHIPPED: tuple[str, ...] = (
    "square",
    "shift4",
    "tryton",
    "clover",
    "shopify",
    "lightspeed-x",
    "stripe",
    "woocommerce",
    "odoo",
    "singer",
    "airbyte",
    "files",
    "regulars",
)


def names() -> list[str]:
    """Every kind's name; ours first. Another package cannot take a name of ours."""
    return [*SHIPPED, *sorted(_others())]


def kind(name: str) -> Kind:
    """The kind of this name; raises NotFound, and Fatal when a package that should bring it is broken."""
    if name in SHIPPED:
        module = importlib.import_module(f"regulars.sources.kinds.{name.replace('-', '_')}")
        shipped: Kind = module.KIND
        return shipped
    other = _others().get(name)
    if other is None:
        raise errors.NotFound("There is no such kind of source", hint="regulars source kinds")
    return _loaded(other)


def _others() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415  # every start would load it; few ask for others

    return {each.name: each for each in entry_points(group=GROUP) if each.name not in SHIPPED}


def _loaded(other: EntryPoint) -> Kind:
    """A kind that another package brings: its module is foreign, so whatever it raises becomes one sentence."""
    try:
        found = other.load()
    except Exception as error:
        raise errors.Fatal(
            f"The kind of source {other.name} cannot be loaded: {type(error).__name__}",
            hint="Update or remove the package that brings it.",
        ) from None
    if not isinstance(found, Kind) or found.name != other.name:
        raise errors.Fatal(
            f"The kind of source {other.name} is none", hint="Update or remove the package that brings it."
        )
    return found
