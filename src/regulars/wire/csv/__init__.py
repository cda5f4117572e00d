"""Customers as rows of a table: Square's Dashboard export, or any CSV whose columns have names we know."""

from regulars.model.columns import FIELDS
from regulars.wire.csv.rows import guess, read

__all__ = ["FIELDS", "guess", "read"]
