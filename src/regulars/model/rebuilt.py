"""What a rebuild has found and done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct, field


class Rebuilt(Struct, frozen=True):
    """In customers, but for `fields`: how many of them changed in each field.

    `unreadable`: their records cannot be read by today's rules, so they stay as they are.
    """

    read: int = 0
    changed: int = 0
    unreadable: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Rebuilt) -> Rebuilt:
        """Both together."""
        fields = Counter(self.fields)
        fields.update(other.fields)
        return Rebuilt(
            self.read + other.read,
            self.changed + other.changed,
            self.unreadable + other.unreadable,
            dict(sorted(fields.items())),
        )
