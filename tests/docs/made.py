"""The parts of the reference that are made from the code.

Each stands between `<!-- made: NAME -->` and `<!-- end -->`. Write them anew with

    .venv/bin/python -m tests.docs.made
"""

from __future__ import annotations

import ast
import importlib
import io
import json
import re
import sys
import textwrap
import tokenize
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main

from regulars import config, limits
from regulars.api import openapi
from regulars.api.native import errors as native_errors
from regulars.api.native import routes as native
from regulars.api.route import Route
from regulars.api.seal import Seal
from regulars.api.shift4 import errors as shift4_errors
from regulars.api.shift4 import routes as shift4
from regulars.api.square import errors as square_errors
from regulars.api.square import routes as square
from regulars.cli import codes
from regulars.cli.program import app
from regulars.model.columns import FIELDS, REPEATED
from tests.docs import pages
from tests.square_errors import golden

_BLOCK = re.compile(r"(<!-- made: ([^>]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_GLOBAL = {"data", "account", "key_file", "as_json"}
SOURCE = pages.ROOT / "src" / "regulars"

# Bounds that belong to one module alone and stand there, in words for whoever runs the program.
ELSEWHERE = {
    "regulars.config": {"WORKERS_MAX": "processes that answer"},
    "regulars.api.query": {"LENGTH_MAX": "characters of a query string"},
    "regulars.api.faults": {"SLOW_SECONDS": "seconds that the sandbox's fault `slow` takes"},
    "regulars.api.fault_pages": {"STALE_SECONDS": "seconds that the lists of `stale-list` lag behind"},
    "regulars.app.serving": {
        "HEADER_MILLISECONDS": "milliseconds that a request's head may take to arrive; also ends idle connections",
        "HEAD_BYTES_MAX": "bytes of a request's line and headers",
        "DRAIN_SECONDS": "seconds that running requests have to finish after SIGTERM",
        "CONNECTIONS_MAX": "connections of one worker, waiting ones included; fewer if it may open fewer files",
        "BACKLOG": "connections that the kernel holds before a worker takes them",
    },
}


def blocks() -> dict[str, Callable[[], str]]:
    """Every block there is, and what makes it."""
    made: dict[str, Callable[[], str]] = {
        "cli commands": _commands,
        "cli options": _global_options,
        "exit codes": _exit_codes,
        "limits": lambda: _bounds(SOURCE / "limits.py", list(_constants(SOURCE / "limits.py"))),
        "limits elsewhere": _elsewhere,
        "environment": _environment,
        "csv fields": _csv_fields,
        "routes": _routes,
        "errors shift4": lambda: _statuses(shift4_errors.STATUS),
        "errors native": lambda: _statuses(native_errors.STATUS),
        "errors square": _square_statuses,
        "errors square rules": _square_codes,
        "square errors everywhere": golden.everywhere,
        "square errors operations": lambda: golden.operations(square.routes(Seal(bytes(32)))),
    }
    made |= {f"cli {path}": _of(_command, (path, command)) for path, command in commands().items()}
    made |= {f"parameters {one['operationId']}": _of(_parameters, one) for _, _, one in operations()}
    made |= {f"fields {name}": _of(_fields, name) for name in document()["components"]["schemas"]}
    return made


def written(text: str, made: dict[str, Callable[[], str]]) -> str:
    """A page with all its blocks made anew."""
    return _BLOCK.sub(lambda match: f"{match[1]}{made[match[2]]()}{match[3]}", text)


def names(text: str) -> list[str]:
    """The names of a page's blocks."""
    return [match[2] for match in _BLOCK.finditer(text)]


def _of(make: Callable[[Any], str], what: Any) -> Callable[[], str]:
    return lambda: make(what)


# --- the command line ----------------------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    """Every command by its path, such as `token create`."""
    return dict(_walk(typer.main.get_command(app), ()))


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
        return
    for name, one in inner.items():
        yield from _walk(one, (*path, name))


def options(command: Any) -> list[Any]:
    """A command's own options."""
    return [each for each in command.params if _is_option(each) and each.name not in _GLOBAL]


def _is_option(parameter: Any) -> bool:
    return any(opt.startswith("-") for opt in parameter.opts)


def _commands() -> str:
    rows = [
        f"| [`regulars {path}`](#regulars-{path.replace(' ', '-')}) | {_sentence(one.help)} |"
        for path, one in commands().items()
    ]
    return "\n".join(["| command | does |", "|---|---|", *rows, ""])


def _global_options() -> str:
    some = next(iter(commands().values()))
    return _option_table([each for each in some.params if each.name in _GLOBAL])


def _command(named: tuple[str, Any]) -> str:
    path, command = named
    arguments = [each for each in command.params if not _is_option(each)]
    own = options(command)
    words = ["regulars", path]
    words += [each.metavar or each.name.upper() for each in arguments]
    words += [_spelt(each) for each in own if each.required] + (["[OPTIONS]"] if own else [])
    parts = [f"```text\n{' '.join(words)}\n```\n", _paragraphs(command.help)]
    if arguments:
        rows = [f"| `{each.metavar or each.name.upper()}` | {_cell(each.help)} |" for each in arguments]
        parts.append("\n".join(["| argument | |", "|---|---|", *rows, ""]))
    if own:
        parts.append(_option_table(own))
    return "\n" + "\n".join(parts) + "\n"


def _option_table(given: list[Any]) -> str:
    rows = [f"| {_names(each)} | {_default(each)} | {_cell(each.help)} |" for each in given]
    return "\n".join(["| option | default | |", "|---|---|---|", *rows, ""])


def _names(option: Any) -> str:
    value = _value(option)
    spelt = [f"`{opt} {value}`" if value else f"`{opt}`" for opt in option.opts]
    return ", ".join([*spelt, *(f"`{opt}`" for opt in option.secondary_opts)]).replace("|", "\\|")


def _spelt(option: Any) -> str:
    return f"{option.opts[0]} {_value(option)}".strip()


def _value(option: Any) -> str:
    """What stands behind the option."""
    if option.is_flag:
        return ""
    if option.metavar:
        return str(option.metavar)
    annotation = option.type_descriptor.annotation
    if get_origin(annotation) is Literal:
        return "|".join(get_args(annotation))
    return "N" if annotation is int else str(option.name).upper()


def _default(option: Any) -> str:
    if option.required:
        return "needed"
    if option.is_flag and not option.secondary_opts:
        return ""
    if option.is_flag:
        return f"`{option.opts[0] if option.default else option.secondary_opts[0]}`"
    default = "" if option.default is None else f"`{option.default}`"
    if option.min is not None and option.max is not None:
        return f"{default} ({option.min} to {option.max})".strip()
    return default


def _paragraphs(text: str) -> str:
    return "\n\n".join(_wrapped(part) for part in re.split(r"\n\s*\n", text.strip())) + "\n"


def _wrapped(text: str) -> str:
    plain = " ".join(text.split())
    return "\n".join(textwrap.wrap(plain, 118, break_on_hyphens=False, break_long_words=False))


def _sentence(text: str) -> str:
    return _cell(re.split(r"\n\s*\n", text.strip())[0])


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


_MEANINGS = {
    "OK": "It was done.",
    "FAILED": "It was not done; the words on stderr say why, and what to do.",
    "USAGE": "The command line, or something it names, is not as it must be.",
    "NOT_FOUND": "Something it names is not there.",
    "PARTLY": "It was done, but some records went to quarantine.",
    "INTERRUPTED": "Ctrl-C. What was acknowledged is in; run it again.",
    "UNREAD": "Nobody read the output to its end (`regulars export | head`).",
}


def _exit_codes() -> str:
    found = {name: value for name, value in vars(codes).items() if name.isupper() and isinstance(value, int)}
    rows = [f"| {value} | {_MEANINGS[name]} |" for name, value in found.items()]
    return "\n".join(["| code | |", "|---|---|", *rows, ""])


# --- limits and settings -------------------------------------------------------------------------------------


def _constants(path: Path) -> dict[str, str]:
    """Each constant of a module with the comment beside it."""
    found = {}
    text = path.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = {each.start[0]: each.string.lstrip("# ") for each in tokens if each.type == tokenize.COMMENT}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name.isupper() and not name.startswith("_"):
                found[name] = comments.get(node.end_lineno or node.lineno, "")
    return found


def _bounds(path: Path, wanted: list[str]) -> str:
    module = importlib.import_module(_module(path))
    reasons = _constants(path)
    rows = [f"| `{name}` | {_number(getattr(module, name))} | {_reason(reasons[name])} |" for name in wanted]
    return "\n".join(["| name | value | |", "|---|---|---|", *rows, ""])


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)


def _elsewhere() -> str:
    rows = []
    for module_name, wanted in ELSEWHERE.items():
        module = importlib.import_module(module_name)
        for name, words in wanted.items():
            value = _number(getattr(module, name))
            rows.append(f"| `{module_name.removeprefix('regulars.')}.{name}` | {value} | {words} |")
    return "\n".join(["| name | value | |", "|---|---|---|", *rows, ""])


def _reason(comment: str) -> str:
    """A comment as a sentence for readers of the docs: where it stands written is of no use to them."""
    plain = re.sub(r"^(contracts|design|storage|trust|performance)[\w./]*( section \d+)?: ", "", comment)
    plain = re.sub(r"\s*\((contracts|design|storage|trust|performance)[^)]*\)", "", plain)
    return _cell(plain)


def _number(value: float) -> str:
    powers = {2**31 - 1: "2^31−1", 2**53 - 1: "2^53−1"}
    if value in powers:
        return f"{powers[int(value)]} ({value:,})"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


_SETTINGS = {
    config.DATA: ("`--data`", f"`./{config.DATA_DEFAULT}`", "The data folder."),
    config.DATABASE: (
        "`--database`",
        "none",
        "A PostgreSQL database instead of a file: its URL. A password may stand in the variable, not in the option.",
    ),
    config.REPLICAS: (
        "`--replica`",
        "none",
        "Replicas of the database, parted by blanks. Passwords may stand in the variable, not in the option.",
    ),
    config.KEY_FILE: ("`--key-file`", "none", "The key of an encrypted store. A path, never the key itself."),
    config.WEBHOOK_ALLOW: (
        "",
        "none",
        "Networks beside the public internet that webhooks may go to, as `CIDR,…`; plain http only there.",
    ),
    config.PUBLIC_URL: (
        "",
        "what the request says",
        "The address that others reach this server at, such as `https://shop.example.com`: some sign it in webhooks.",
    ),
    config.SOURCE_TOKEN: (
        "`--token-file`",
        "none",
        "The credentials of a source that is added, or gets new ones. Better in a file that only you can read.",
    ),
    config.TRACEBACK: (
        "",
        "",
        "`1`: an error also shows where in the code it came from. It may show customers' data.",
    ),
    "NO_COLOR": ("", "", "Anything: no colours. (There are none outside of a terminal in any case.)"),
}


def _environment() -> str:
    rows = [
        f"| `{name}` | {flag} | {default} | {words} |" for name, (flag, default, words) in _SETTINGS.items()
    ]
    return "\n".join(["| variable | option | default | |", "|---|---|---|---|", *rows, ""])


def variables() -> set[str]:
    """The environment variables of ours that the code speaks of."""
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return set(re.findall(r"\bREGULARS_[A-Z_]+\b", text))


def _csv_fields() -> str:
    rows = [
        f"| `{name}` | {_cell(words)} | {'any number' if name in REPEATED else ''} |"
        for name, words in FIELDS.items()
    ]
    return "\n".join(["| field | | columns |", "|---|---|---|", *rows, ""])


# --- HTTP ----------------------------------------------------------------------------------------------------


def routes() -> tuple[Route, ...]:
    """Every route that serves."""
    return (*shift4.ROUTES, *square.routes(Seal(bytes(32))), *native.routes(Seal(bytes(32)), lambda: b"{}"))


def document() -> Any:
    """What `/openapi.json` answers."""
    return json.loads(openapi.document(routes()))


def operations() -> list[tuple[str, str, Any]]:
    """(method, path, operation) of every route, the first of its paths only."""
    return [
        (method.upper(), path, one)
        for path, methods in document()["paths"].items()
        for method, one in methods.items()
        if not one["operationId"].endswith("BelowApi")
    ]


def _routes() -> str:
    rows = []
    for route in routes():
        places = "<br>".join(f"`{route.method} {template}`" for template in route.templates)
        scope = {"public": "no token", "token": "any token", "hook": "the id"}.get(
            route.scope, f"`{route.scope}`"
        )
        rows.append(f"| {places} | {scope} | {route.dialect} | {_cell(route.summary)} |")
    return "\n".join(["| | scope | dialect | |", "|---|---|---|---|", *rows, ""])


def _parameters(operation: Any) -> str:
    rows = [
        f"| `{one['name']}` | {one['in']} | {_schema(one['schema'])} | {_preset(one['schema'])} "
        f"| {_cell(one['description'])} |"
        for one in operation["parameters"]
    ]
    if not rows:
        return "No parameters.\n"
    return "\n".join(["| name | in | type | default | |", "|---|---|---|---|---|", *rows, ""])


def _preset(schema: Any) -> str:
    return "" if "default" not in schema else f"`{json.dumps(schema['default']).strip(chr(34))}`"


def _schema(schema: Any) -> str:
    """A JSON Schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_schema(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_schema(schema['items'])}"
    words = str(schema.get("format") or schema.get("type") or "anything")
    if schema.get("pattern"):
        words += f" `{schema['pattern']}`"
    low, high = schema.get("minimum"), schema.get("maximum")
    if high is not None and high < 10**limits.INTEGER_DIGITS_MAX - 1:
        return f"{words} {low}…{_power(high)}"
    return f"{words} from {low}" if low is not None else words


def _power(number: int) -> str:
    return {2**31 - 1: "2^31−1", 2**53 - 1: "2^53−1"}.get(number, str(number))


def _fields(name: str) -> str:
    schema = document()["components"]["schemas"][name]
    needed = set(schema.get("required", ()))
    rows = [
        f"| `{key}` | {_schema(one)} | {'always' if key in needed else ''} |"
        for key, one in schema.get("properties", {}).items()
    ]
    return "\n".join(["| key | type | there |", "|---|---|---|", *rows, ""])


# --- errors --------------------------------------------------------------------------------------------------


def _statuses(table: dict[Any, int]) -> str:
    rows = [f"| {status} | `{kind.__name__}` | {_why(kind)} |" for kind, status in table.items()]
    rows.append(
        f"| {HTTPStatus.INTERNAL_SERVER_ERROR.value} | anything else | Something went wrong here; the log says where. |"
    )
    return "\n".join(["| status | error | |", "|---|---|---|", *rows, ""])


def _square_statuses() -> str:
    rows = [
        f"| {status} | `{category}` | `{code}` | {_why(kind)} |"
        for kind, (status, category, code) in square_errors.TABLE.items()
    ]
    rows.append(
        "| 500 | `API_ERROR` | `INTERNAL_SERVER_ERROR` | Something went wrong here; the log says where. |"
    )
    return "\n".join(["| status | category | code | |", "|---|---|---|---|", *rows, ""])


def _square_codes() -> str:
    rows = [f"| `{rule}` | `{code}` |" for rule, code in square_errors.CODES.items()]
    return "\n".join(["| rule | code |", "|---|---|", *rows, ""])


def _why(kind: type) -> str:
    text = re.sub(r"\s*`reason`:.*", "", " ".join((kind.__doc__ or "").split()))
    return _cell(text)


def problem_rules() -> dict[str, set[str]]:
    """The rules of problems that the code writes down, each with the files that do."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                for rule in _rules(node):
                    found.setdefault(rule, set()).add(path.name)
    return found


def _rules(call: ast.Call) -> Iterator[str]:
    called = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if called in {"Problem", "_note"} and len(call.args) > 1:
        for node in ast.walk(call.args[1]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                yield node.value


def main() -> None:
    """Writes every block of every page anew."""
    made = blocks()
    for page in pages.pages():
        before = pages.read(page)
        after = written(before, made)
        if after != before:
            page.write_text(after, encoding="utf-8")
            sys.stdout.write(f"written: {page.relative_to(pages.ROOT)}\n")


if __name__ == "__main__":
    main()
