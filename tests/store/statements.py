"""Reads a statement of the store and says where it leaves an account open.

A server that spreads accounts over machines sends a statement to one of them only when every table of an account in it
says `account_id = :account_id`; anything else goes everywhere, or is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from regulars.store import tables

KEY = "account_id"
# Not the statement's business: what the engine would decide anew on each machine, or at each asking.
VOLATILE = {"now", "random", "gen_random_uuid", "clock_timestamp", "datetime", "julianday", "randomblob"}
_DIALECTS = {"sqlite": "sqlite", "postgres": "postgres"}


def faults(sql: str, engine: str) -> list[str]:
    """What is wrong with a statement, in words; nothing when it asks of one account, or of none."""
    if sql.startswith("PRAGMA "):
        return []
    # SQLite's own hint, and the place where PostgreSQL's searches put their condition: neither names a table.
    text = sql.replace(" NOT INDEXED", "").replace("{match}", "TRUE")
    (tree,) = sqlglot.parse(text, read=_DIALECTS[engine])
    assert tree is not None
    return [*_unpinned(tree, engine), *_inserted(tree, engine), *_moved(tree), *_volatile(tree)]


def tenant(engine: str) -> set[str]:
    """The tables of accounts; SQLite's search tables are addressed by rid alone (docs/architecture.md)."""
    return {*tables.TENANT, *(tables.SEARCH if engine == "postgres" else ())}


def _unpinned(tree: exp.Expr, engine: str) -> Iterator[str]:
    """Tables that are read, changed or emptied for more than one account."""
    for statement in tree.find_all(exp.Select, exp.Update, exp.Delete):
        found = list(_tables(statement))
        everywhere = _conjuncts(statement.args.get("where"))
        for table, on in found:
            if table.name in tenant(engine) and not any(
                _pins(condition, table, alone=len(found) == 1) for condition in (*everywhere, *on)
            ):
                yield f"{table.name} is not pinned"


def _tables(statement: exp.Expr) -> Iterator[tuple[exp.Table, list[exp.Expr]]]:
    """Each table that stands in a statement itself, not in one within it, and the conditions of its own join."""
    sources: list[tuple[exp.Expr | None, list[exp.Expr]]] = []
    if isinstance(statement, exp.Select):
        came = statement.args.get("from_")
        sources.append((came.this if came else None, []))
    else:
        sources.append((statement.this, []))
    # `FROM a JOIN b` keeps b with the statement, `UPDATE … FROM a JOIN b` with a.
    for place in (statement, *(source for source, _ in sources if source is not None)):
        for join in place.args.get("joins") or ():
            sources.append((join.this, _conjuncts(join.args.get("on"))))
    extra = statement.args.get("from_") if isinstance(statement, exp.Update) else statement.args.get("using")
    if isinstance(extra, exp.From):
        sources.append((extra.this, []))
    elif extra:
        sources += [(each, []) for each in extra]
    for source, on in sources:
        if isinstance(source, exp.Table) and source.name:
            yield source, on


def _conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    """The conditions that all must hold."""
    if condition is None:
        return []
    inner = condition.this if isinstance(condition, exp.Where) else condition
    return list(inner.flatten()) if isinstance(inner, exp.And) else [inner]


def _pins(condition: exp.Expr, table: exp.Table, *, alone: bool) -> bool:
    if not isinstance(condition, exp.EQ):
        return False
    column, value = condition.this, condition.expression
    if not isinstance(column, exp.Column) or column.name != KEY or not _is_account(value):
        return False
    return column.table == table.alias_or_name or (alone and not column.table)


def _is_account(value: exp.Expr | None) -> bool:
    return isinstance(value, exp.Placeholder) and value.name == KEY


def _inserted(tree: exp.Expr, engine: str) -> Iterator[str]:
    """Rows that are put in for another account, or whose place is not decided by the account first."""
    for insert in tree.find_all(exp.Insert):
        into = insert.this
        table = into.this if isinstance(into, exp.Schema) else into
        if table.name not in tenant(engine):
            continue
        columns = [column.name for column in into.expressions] if isinstance(into, exp.Schema) else []
        if KEY not in columns:
            yield f"{table.name} is written without {KEY}"
            continue
        if not all(_is_own(row[columns.index(KEY)]) for row in _rows(insert.expression)):
            yield f"{table.name} is written for another account"
        conflict = insert.args.get("conflict")
        keys = [key.name for key in conflict.args.get("conflict_keys") or ()] if conflict else []
        # A rid is its own key on SQLite; everywhere else the account comes first.
        if keys and keys[0] != KEY and not (engine == "sqlite" and keys == ["rid"]):
            yield f"{table.name}: a conflict is not looked for within the account"


def _rows(source: exp.Expr | None) -> list[list[exp.Expr]]:
    if isinstance(source, exp.Values):
        return [row.expressions for row in source.expressions]
    assert isinstance(source, exp.Select)
    return [source.expressions]


def _is_own(value: exp.Expr) -> bool:
    """The account itself, or that of a row which was found in it: the reading half is asked for that."""
    return _is_account(value) or (isinstance(value, exp.Column) and value.name == KEY)


def _moved(tree: exp.Expr) -> Iterator[str]:
    """Rows never go from one account to another."""
    for place in tree.find_all(exp.Update, exp.OnConflict):
        for change in place.expressions:
            if isinstance(change, exp.EQ) and change.this.name == KEY:
                yield f"{KEY} is changed"


def _volatile(tree: exp.Expr) -> Iterator[str]:
    """Times, ids and random values are given, never made by the engine."""
    for call in tree.find_all(exp.Func):
        name = call.name if isinstance(call, exp.Anonymous) else call.sql_name()
        if name.lower() in VOLATILE or isinstance(call, exp.CurrentTimestamp | exp.Rand):
            yield f"{name.lower()} is volatile"
