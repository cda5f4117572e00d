"""The only room that speaks SQL. Statements live in `sql/`, the schema in `migrations/`.

`Store` is one open database; the modules beside this page are functions over it. None of them commits: the
caller (directory) opens the transaction with `store.read()` or `store.write()`.
"""

from regulars.store.store import Store

__all__ = ["Store"]
