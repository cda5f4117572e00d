"""Points of sale that are none: each answers as its contract says, in memory or over HTTP."""
