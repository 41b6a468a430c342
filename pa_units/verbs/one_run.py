"""One run of an agent beside its unit: what `test` and its bisection are made of."""

import os
import time
from itertools import count
from typing import NamedTuple

from pa_units.compile.systemd import trial_unit
from pa_units.contracts import units
from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import State
from pa_units.drive import runtime_unit
from pa_units.drive.managers import Managers
from pa_units.drive.wire import open_bus
from pa_units.kit.errors import PaError, UsageError
from pa_units.kit.files import read_if_present
from pa_units.observe import security, status
from pa_units.observe.security import Score
from pa_units.observe.trial import Run, watch
from pa_units.verbs import log_sources
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.log_sources import Wanted

_LINES = 20
_SETTLING_S = 1.0
"""journald may be that much behind"""
_numbers = count(1)


class Trial(NamedTuple):
    """One run, and what it printed."""

    run: Run
    lines: tuple[str, ...]
    score: Score | None = None


def refuse_running(at: Here, agent: Installed) -> None:
    """Raise UsageError for an agent that runs."""
    may_write(at, "run a trial")
    if agent.driver == BUILTIN:
        raise UsageError(
            f"cannot test {agent.name}: the built-in supervisor builds no sandbox to test it in",
            f"pa start {agent.name}; pa diagnose {agent.name}",
        )
    with Managers(at.scope, at.env) as managers:
        found, _ = status.one(managers, agent)
    if found.state not in (State.STOPPED, State.FAILED, State.SCHEDULED, State.LISTENING):
        raise UsageError(
            f"cannot test {agent.name}: it is {found.state}, and two of it would share its files "
            "and ports",
            f"pa stop {agent.name} first; pa test {agent.name} --dry-run needs no stop",
        )


def unit_file(at: Here, agent: Installed) -> str:
    """The file of the service that runs its program."""
    return f"{at.places.units}/{units.file_of(agent.workers[0])}"


def installed_text(at: Here, agent: Installed) -> str:
    """Its unit as installed, with the drop-ins of the admin behind it: later lines win."""
    path = unit_file(at, agent)
    content = read_if_present(path)
    if content is None:
        raise PaError(f"cannot test {agent.name}: {path} is gone", "pa install writes it again")
    return "\n".join([content.decode(errors="replace"), *_drop_ins(f"{path}.d")])


def _drop_ins(directory: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(".conf"))
    except OSError:
        return []
    found = (read_if_present(f"{directory}/{name}") for name in names)
    return [(content or b"").decode(errors="replace") for content in found]


def once(at: Here, agent: Installed, text: str, seconds: float, *, rated: bool = False) -> Trial:
    """Run it by this unit text until it ends, or for `seconds`. Raises BusError, OSError."""
    name = agent.name.partition("@")[0]
    stem = f"{trial_unit.PREFIX}{name}-{os.getpid()}-{next(_numbers)}"
    instance = "@1" if "@" in agent.workers[0] else ""
    file, unit = f"{stem}{instance and '@'}.service", f"{stem}{instance}.service"
    began_us = time.time_ns() // 1000
    with (
        runtime_unit.runtime_unit(at.scope, at.env, file, trial_unit.of(text, name)),
        runtime_unit.started(at.scope, at.env, unit),
        open_bus(at.scope, at.env) as wire,
    ):
        run = watch(wire, unit, seconds)
        score = _score(at, file) if rated else None
        return Trial(run, _printed(at, unit, began_us, run), score)


def _score(at: Here, file: str) -> Score | None:
    try:
        path = f"{runtime_unit.directory(at.scope, at.env)}/{file}"
        return security.of_file(path, at.scope)
    except PaError:
        return None


def _printed(at: Here, unit: str, since_us: int, run: Run) -> tuple[str, ...]:
    """Its lines; of a run that ended only once the manager's last word has arrived."""
    deadline = time.monotonic() + _SETTLING_S
    while True:
        found = list(
            log_sources.journal_lines(at, {unit: unit}, Wanted(lines=_LINES, since_us=since_us))
        )
        if not run.ended or time.monotonic() > deadline or any(one.by_manager for one in found):
            break
        time.sleep(0.05)
    own = [one.text for one in found if not one.by_manager]
    return tuple(own or [one.text for one in found][-3:])
