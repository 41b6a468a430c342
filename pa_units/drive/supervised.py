"""*Pure*: what the built-in supervisor knows of a unit, in the words of `states.py`."""

from collections.abc import Mapping

from pa_units.contracts.run_state import NEVER, UNKNOWN, Unit
from pa_units.contracts.status import State
from pa_units.drive.states import Exit, UnitState

_ACTIVE: Mapping[State, tuple[str, str]] = {
    State.STOPPED: ("inactive", "dead"),
    State.STARTING: ("activating", "start"),
    State.RUNNING: ("active", "running"),
    State.STOPPING: ("deactivating", "stop"),
    State.RESTARTING: ("activating", "auto-restart"),
    State.FAILED: ("failed", "failed"),
    State.PAUSED: ("active", "paused"),
}
"""Our states → systemd's active and sub state (systemctl --state=help)."""

NOT_FOUND = UnitState(load="not-found", active="inactive", sub="dead")
"""A unit that the supervisor does not know."""


def unit_state(name: str, unit: Unit) -> UnitState:
    """Return a unit as every driver shows it."""
    active, sub = _ACTIVE[unit.state]
    down = unit.state in (State.STOPPED, State.FAILED)
    code = NEVER if unit.code == UNKNOWN else unit.code
    return UnitState(
        name=name,
        load="loaded",
        active=active,
        sub=sub,
        main_pid=unit.pid,
        restarts=unit.restarts,
        result=unit.result,
        exit=Exit(code, unit.status, unit.ended_us if code != NEVER else 0),
        active_since_us=unit.active_us,
        inactive_since_us=unit.since_us if down else unit.ended_us,
        activating_since_us=unit.since_us if unit.state is State.STARTING else 0,
        changed_us=unit.since_us,
        invocation=unit.run,
        status_text=unit.words,
    )


def orphaned(unit: Unit, *, lives: bool) -> Unit:
    """Return a unit of a supervisor that was killed, from its records: what lives still runs, and
    what ended meanwhile nobody has seen."""
    words = "the supervisor is not running; the next command that acts starts it"
    if lives:
        return unit.but(words=words)
    if unit.state in (State.STOPPED, State.FAILED):
        return unit
    return unit.but(state=State.STOPPED, pid=0, result="exit unknown", words=words)
