"""What shells and scripts ask all the time. Imports little: see `contracts.scope`."""

from collections.abc import Mapping, Sequence

from pa_units.contracts import roster
from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.scope import Scope, home, state_directory


def surely_run(scope: Scope, env: Mapping[str, str], uid: int, names: Sequence[str]) -> bool:
    """Do all of these agents run, beyond doubt? No means that `verbs.status` has to say.

    Raises BusError.
    """
    known = roster.read(_state(scope, env, uid))
    entries = [entry for name in names if (entry := known.get(name)) and entry.is_plain]
    if len(entries) < len(names):
        return False
    own = [entry.unit for entry in entries if entry.driver == BUILTIN]
    others = [entry.unit for entry in entries if entry.driver == SYSTEMD]
    return (not own or _supervised(scope, env, own)) and (not others or _run(scope, env, others))


def _supervised(scope: Scope, env: Mapping[str, str], units: Sequence[str]) -> bool:
    from pa_units.contracts.status import State
    from pa_units.drive.builtin import units as read

    found = read(scope, env, units)
    return len(found) == len(units) and all(
        one.state is State.RUNNING and not one.words for one in found.values()
    )


def _run(scope: Scope, env: Mapping[str, str], units: Sequence[str]) -> bool:
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
