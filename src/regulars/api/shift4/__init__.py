"""Shift4 Conecto's dialect (contracts/shift4.md)."""
