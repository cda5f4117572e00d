"""The HTTP doors: one folder per dialect, one table from error to answer in each, one table of routes."""
