"""How systemd itself rates a sandbox: systemd-analyze(1), `security`."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.refs import Scope
from pa_units.kit.errors import PaError
from pa_units.kit.processes import run

_OVERALL = re.compile(r"exposure level for (\S+): (\d+\.\d) (\w+)")
_TIMEOUT = 60.0


class Open(NamedTuple):
    """A wall that is not there."""

    name: str
    """the directive, as systemd names its check"""
    description: str
    exposure: float


class Score(NamedTuple):
    """0 is the best, 10 no wall at all."""

    exposure: float
    word: str
    """OK, MEDIUM, EXPOSED, UNSAFE"""


def of_file(path: str, scope: Scope) -> Score:
    """Rate one unit file, installed or not. Raises PaError."""
    done = run([*_program(scope), "--offline=true", path], timeout=_TIMEOUT, check=False)
    found = _OVERALL.search(done.out.decode(errors="replace"))
    if not found:
        said = done.err.decode(errors="replace").strip().splitlines()[-1:]
        raise PaError(": ".join([f"cannot rate {path}", *said]))
    return Score(float(found[2]), found[3])


def of_units(units: Sequence[str], scope: Scope) -> Mapping[str, Score]:
    """Rate the services that systemd has in memory. Raises PaError."""
    done = run([*_program(scope), "--json=short"], timeout=_TIMEOUT, check=False)
    rows = _rows(done.out)
    found = {str(row.get("unit")): row for row in rows}
    return {
        unit: Score(float(str(found[unit]["exposure"])), str(found[unit]["predicate"]))
        for unit in units
        if unit in found
    }


def open_walls(unit: str, scope: Scope) -> tuple[Open, ...]:
    """What is open in one unit that systemd knows, the widest first. Raises PaError."""
    done = run([*_program(scope), "--json=short", unit], timeout=_TIMEOUT, check=False)
    found = [
        Open(str(row["name"]), str(row["description"]), float(str(row["exposure"])))
        for row in _rows(done.out)
        if row.get("exposure") and not row.get("set")
    ]
    return tuple(sorted(found, key=lambda one: -one.exposure))


def _program(scope: Scope) -> tuple[str, ...]:
    words = ("systemd-analyze", "security", "--no-pager")
    return (*words, "--user") if scope is Scope.USER else words


def _rows(out: bytes) -> list[dict[str, object]]:
    try:
        found = json.loads(out or b"[]")
    except ValueError as error:
        raise PaError(f"cannot read what systemd-analyze says: {error}") from None
    return [row for row in found if isinstance(row, dict)]
