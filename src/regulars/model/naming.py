"""Whole names, as many points of sale keep them: one text for all of it."""

from __future__ import annotations


def halves(whole: str | None) -> tuple[str | None, str | None]:
    """Given and family name. A whole name is taken apart only if it is two words, or `Family, Given`."""
    if whole is None or not whole.strip():
        return None, None
    parts = [part.strip() for part in whole.split(",")]
    if len(parts) == 2 and all(parts):
        return parts[1], parts[0]
    words = whole.split()
    if len(words) == 2 and "," not in whole:
        return words[0], words[1]
    return whole, None
