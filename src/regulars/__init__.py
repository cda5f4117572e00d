"""One customer directory for every till."""

__version__ = "0.1.0"
