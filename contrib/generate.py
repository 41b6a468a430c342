"""Write the files that are made from the code: pages of docs/, man pages, the JSON Schema.

    .venv/bin/python contrib/generate.py [--check]

`--check` writes nothing and exits with 1 if a file is out of date.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cli_page
import hardening_page
import man_pages
import troubleshooting_page
from pa_units.compile.support.around import VALUES
from pa_units.compile.support.table import TABLE
from pa_units.compile.support.way import How, Target, Way
from pa_units.spec import schema
from pa_units.spec.aliases import COMPOSE, DAEMON
from pa_units.spec.outline import Entry, entries

ROOT = Path(__file__).parents[1]
MADE = "<!-- made by contrib/generate.py: change the code, not this file -->"

SUPPORT = f"""{MADE}
# What each target makes of each field

| Word | Meaning |
|---|---|
| exact | all of it, by what follows |
| approximated | most of it; `pa` says so where it matters |
| companion | not by the init system: the watchdog daemon does it |
| later | not built yet: no effect, and `pa` says so (`not-active-yet`, refused under `--strict`) |
| impossible | it has no effect on this target, and `pa` says so |

launchd is not built yet: its column says what it will be.
"""

SPEC = f"""{MADE}
# The fields of a spec

A spec is YAML or JSON: a list under `agents:`, or one agent at the top of the file. Times are
`500ms`, `30s`, `1h30m`; sizes `512M`, `1.5G` (base 1024). A single text may stand for a list of
one. What each init system makes of a field stands in [support.md](support.md).
"""


def support() -> str:
    """The page of the support table."""
    heads = ("Field", "systemd", "built-in supervisor", "launchd")
    rows = [
        (f"`{path}`", *(_cell(row.of(target)) for target in Target))
        for path, row in _in_order().items()
    ]
    return f"{SUPPORT}\n{_table(heads, rows)}"


def _in_order() -> Mapping[str, Any]:
    found = {}
    for entry in entries():
        found[entry.dotted] = TABLE[entry.dotted]
        special = {f"{path}: {value}": row for (path, value), row in VALUES.items()}
        found |= {name: row for name, row in special.items() if name.startswith(f"{entry.dotted}:")}
    return found


def _cell(way: Way) -> str:
    return way.why if way.how is How.EXACT else f"**{way.how}**: {way.why}"


def spec() -> str:
    """The page of the fields."""
    kept = list(entries())
    top = [entry for entry in kept if len(entry.path) == 1]
    blocks = [entry for entry in top if _inside(entry, kept)]
    pages = [_fields("An agent", top)]
    pages += [_fields(f"`{block.dotted}`", _inside(block, kept)) for block in blocks]
    return "\n".join([SPEC, *pages])


def _inside(block: Entry, kept: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in kept if entry.path[:-1] == block.path]


def _fields(title: str, kept: Iterable[Entry]) -> str:
    heads = ("Field", "Value", "Default", "Meaning", "Also written")
    rows = [
        (
            f"`{entry.path[-1]}`",
            _kind(entry),
            "required" if entry.required else _default(entry),
            entry.description,
            ", ".join(f"`{other}`" for other in _others(entry)),
        )
        for entry in kept
    ]
    return f"## {title}\n\n{_table(heads, rows)}"


def _default(entry: Entry) -> str:
    if entry.default is None:
        return ""
    return f"`{str(entry.default).lower() if isinstance(entry.default, bool) else entry.default}`"


def _others(entry: Entry) -> list[str]:
    found = [alias for alias in (*COMPOSE, *DAEMON) if entry.path in alias.targets]
    return [".".join(alias.source) for alias in found]


_SHAPES: tuple[tuple[str, str], ...] = (
    ("ms|[smhdw]", "time"),
    ("(/s)?", "size per second"),
    ("kmgt", "size"),
    ("%", "percentage"),
)
"""What a pattern of the schema holds, and the word for it."""


def _kind(entry: Entry) -> str:
    """A word or two for the values of a field, from the schema."""
    fragment = _fragment(entry.path)
    shapes = fragment.get("anyOf", [fragment])
    return " or ".join(dict.fromkeys(filter(None, map(_shape, shapes))))


def _fragment(path: tuple[str, ...]) -> dict[str, Any]:
    definitions = _definitions()
    part = definitions["UnnamedAgent"]
    for step in path[:-1]:
        part = _resolved(definitions, part["properties"][step])
    found: dict[str, Any] = part["properties"].get(path[-1], {"type": "object"})
    return found


@cache
def _definitions() -> dict[str, Any]:
    found: dict[str, Any] = schema.schema()["$defs"]
    return found


def _resolved(definitions: dict[str, Any], fragment: dict[str, Any]) -> dict[str, Any]:
    for shape in (fragment, *fragment.get("anyOf", ())):
        for inner in (shape, shape.get("items", {}), shape.get("additionalProperties", {})):
            if isinstance(inner, dict) and "$ref" in inner:
                found: dict[str, Any] = definitions[inner["$ref"].rpartition("/")[2]]
                return found
    return fragment


def _shape(shape: dict[str, Any]) -> str:
    kind = shape.get("type", "")
    if "enum" in shape:
        return _choices(shape["enum"])
    if "$ref" in shape or "object" in kind:
        return "mapping"
    if kind == "array":
        return "list"
    if kind == "integer":
        return _numbers(shape)
    for sign, word in _SHAPES:
        if sign in shape.get("pattern", ""):
            return word
    return "number" if kind == "number" else "text"


def _choices(words: list[object]) -> str:
    if True in words:
        return "`true`, `false`"
    return ", ".join(f"`{word}`" for word in words)


def _numbers(shape: dict[str, Any]) -> str:
    most = shape.get("maximum", "")
    return f"{shape.get('minimum', '')} to {most}" if most != 1 << 30 else "a number above 0"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    kept = [tuple(heads), *map(tuple, rows)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in kept]
    return "\n".join([lines[0], "|" + "---|" * len(kept[0]), *lines[1:], ""])


def man_spec() -> str:
    """pa-spec(5)."""
    return man_pages.spec(
        man_pages.Field(
            entry.dotted,
            _kind(entry).replace("`", ""),
            "required" if entry.required else _default(entry).replace("`", ""),
            entry.description.replace("`", ""),
            ", ".join(_others(entry)),
        )
        for entry in entries()
    )


FILES: Mapping[str, Callable[[], str]] = {
    "docs/cli.md": lambda: f"{MADE}\n{cli_page.page(_table)}",
    "docs/man/pa.1": man_pages.pa,
    "docs/man/pa-spec.5": man_spec,
    "docs/spec.md": spec,
    "docs/support.md": support,
    "docs/hardening.md": lambda: f"{MADE}\n{hardening_page.page(_table)}",
    "docs/troubleshooting.md": lambda: f"{MADE}\n{troubleshooting_page.page(_table)}",
    "contrib/schema/agents.schema.json": schema.text,
}


def main(arguments: list[str]) -> int:
    """Write the files, or name those that are out of date."""
    stale = []
    for name, make in FILES.items():
        file, text = ROOT / name, make()
        if file.exists() and file.read_text() == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            file.write_text(text)
    for name in stale:
        print(f"{name}: {'out of date' if '--check' in arguments else 'written'}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
