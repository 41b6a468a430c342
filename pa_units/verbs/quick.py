"""What shells and scripts ask all the time. Imports little: see `contracts.scope`."""

from collections.abc import Mapping, Sequence

from pa_units.contracts import roster
from pa_units.contracts.scope import Scope, home, state_directory


def surely_run(scope: Scope, env: Mapping[str, str], uid: int, names: Sequence[str]) -> bool:
    """Do all of these agents run, beyond doubt? No means that `verbs.status` has to say.

    Raises BusError.
    """
    known = roster.read(_state(scope, env, uid))
    entries = [known.get(name) for name in names]
    units = [entry.unit for entry in entries if entry and entry.is_plain]
    if len(units) < len(names):
        return False
    from pa_units.drive.glance import all_run
    from pa_units.drive.wire import open_bus

    with open_bus(scope, env) as wire:
        return all_run(wire, units)


def names(scope: Scope, env: Mapping[str, str], uid: int) -> list[str]:
    """The installed agents."""
    return sorted(roster.rows(_state(scope, env, uid)))


def labels(scope: Scope, env: Mapping[str, str], uid: int) -> list[str]:
    """Every `key=value` that an installed agent has."""
    entries = roster.read(_state(scope, env, uid)).values()
    return sorted({f"{key}={value}" for entry in entries for key, value in entry.labels.items()})


def _state(scope: Scope, env: Mapping[str, str], uid: int) -> str:
    return state_directory(scope, env, home(env, uid))
