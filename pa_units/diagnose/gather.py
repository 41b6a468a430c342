"""Gather the evidence about agents: each source is asked once, and none has to answer."""

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts import units
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.contracts.needs import COMPLETED, HEALTHY
from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope
from pa_units.contracts.status import UP, AgentStatus, State
from pa_units.diagnose import ground
from pa_units.diagnose.evidence import Evidence, Needed
from pa_units.drive.managers import Managers
from pa_units.drive.read import all_properties
from pa_units.drive.read import properties as properties_of
from pa_units.drive.states import UnitState
from pa_units.kit.errors import PaError
from pa_units.measure.cgroup import hierarchy, usages
from pa_units.measure.clock import synchronized
from pa_units.observe import status
from pa_units.observe.linger import lingers
from pa_units.observe.unit_files import settings
from pa_units.spec.load import load
from pa_units.spec.model import Agent

LOOKS = 5
APART_S = 0.12
"""Between two looks at the memory of what runs."""
_COMMAND = re.compile(r"`(\S+)[^`]*`")


class Asked(NamedTuple):
    """What the init system says of one agent."""

    status: AgentStatus
    unit: UnitState
    properties: Mapping[str, object]


def ask(managers: Managers, agent: Installed) -> Asked:
    """Ask its manager everything about one agent, or replica. Raises BusError."""
    found, unit = status.one(managers, agent)
    if agent.driver != SYSTEMD or unit.load in ("", "not-found"):
        return Asked(found, unit, {})
    return Asked(found, unit, all_properties(managers.systemd, agent.units[0].name))


def needed(
    managers: Managers, agent: Installed, spec: Agent | None, ledger: Mapping[str, Installed]
) -> tuple[Needed, ...]:
    """What it depends on, and whether that is as it has to be. Raises BusError."""
    known = [ledger[name] for name in agent.needs if name in ledger]
    states = {one.name: one for one in status.many(managers, known)} if known else {}
    found = [_of_agent(name, wants, states.get(name)) for name, wants in agent.needs.items()]
    others = spec.requires if spec and agent.driver == SYSTEMD else ()
    if not others:
        return tuple(found)
    for name, state in properties_of(managers.systemd, list(others), ("ActiveState",)).items():
        word = str(state.get("ActiveState", "not there"))
        found.append(Needed(name, "requires", "" if word in ("active", "reloading") else word))
    return tuple(found)


def _of_agent(name: str, wants: Sequence[str], found: AgentStatus | None) -> Needed:
    words = next((one for one in (COMPLETED, HEALTHY) if one in wants), "started")
    if found is None:
        return Needed(name, words, "not installed")
    fine = found.state in UP and not (words == COMPLETED and found.state is State.SCHEDULED)
    return Needed(name, words, "" if fine else found.state.value, found.reason)


def spec_of(places: Places, agent: Installed) -> Agent | None:
    """The spec as it was installed; None when its copy is gone or cannot be read."""
    name = agent.name.partition("@")[0]
    path = f"{places.agents}/{name}.yaml"
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    found = load(data, path, base=places.agents).agents
    return next((one for one in found if one.name == name), None)


def on_disk(seen: Evidence, places: Places) -> Evidence:
    """Add what stands in its files, in the order in which one look needs the other."""
    seen = seen._replace(spec=spec_of(places, seen.agent), settings=settings(_files(seen, places)))
    seen = seen._replace(who=ground.who_runs(seen), no_group=ground.missing_group(seen))
    seen = seen._replace(
        program=ground.executable(seen),
        home=ground.home(seen),
        logs=ground.logs(seen),
        lingers=_lingers(seen),
    )
    return seen._replace(rooms=ground.rooms(seen), synchronized=synchronized())


def _files(seen: Evidence, places: Places) -> list[str]:
    """Its unit file and the drop-ins, in the order in which systemd reads them."""
    own = f"{places.units}/{units.file_of(seen.agent.workers[0])}"
    if seen.unit.name:
        return [seen.unit.fragment or own, *seen.unit.drop_ins]
    directory = f"{own}.d"
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(".conf"))
    except OSError:
        names = []
    return [own, *(f"{directory}/{name}" for name in names)]


def _lingers(seen: Evidence) -> bool:
    return seen.agent.scope is not Scope.USER or lingers(seen.agent.user)


def as_printed(seen: Evidence, said: Sequence[str], told: Sequence[str]) -> Evidence:
    """Add its last words, and look at what they speak of."""
    seen = seen._replace(said=tuple(said), told=tuple(told))
    return seen._replace(paths=ground.paths(seen), listeners=ground.listeners(seen))


def growth(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Look a few times at the memory of all that run, together."""
    groups = {one.unit.control_group for one in found if one.state is State.RUNNING} - {""}
    if not groups:
        return tuple(found)
    mounted, looks = hierarchy(), []
    for turn in range(LOOKS):
        time.sleep(APART_S if turn else 0)
        looks.append(usages(groups, mounted))
    return tuple(
        one._replace(memory=tuple(look[group].memory or 0 for look in looks))
        if (group := one.unit.control_group) in groups
        else one
        for one in found
    )


def silent(what: str, error: PaError) -> str:
    """Say in words which source did not answer, and why: of a program its name is enough."""
    why = _COMMAND.sub(r"\1", error.message)
    return f"{what}: {why}"
