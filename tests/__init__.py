"""Tests of `regulars`; a package of its own name, for a dependency of Square's old SDK installs a `tests` too."""
