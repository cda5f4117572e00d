"""Words that few customers have count as common, so that small tests meet what large stores do."""

from __future__ import annotations

import pytest

from regulars import limits
from regulars.store import heavy


def shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hits are many; a bitmap grows by two to four hits a search, and is begun anew after a dozen changes."""
    monkeypatch.setattr(limits, "COMMON_WORD_HITS", 1)
    monkeypatch.setattr(limits, "BITMAP_STEP_HITS", 2)
    monkeypatch.setattr(limits, "BITMAP_ALONE_HITS", 4)
    monkeypatch.setattr(limits, "BITMAP_CHORE_HITS", 3)
    monkeypatch.setattr(limits, "BITMAP_CHANGES_MAX", 12)
    monkeypatch.setattr(limits, "BITMAP_RUNS_MAX", 3)
    monkeypatch.setattr(limits, "RARE_WORD_MICROSECONDS", 5)
    monkeypatch.setattr(heavy, "_GAP", 2)
