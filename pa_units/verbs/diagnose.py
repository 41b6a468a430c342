"""`diagnose`: why agents do not run. Gathers what every source has, then lets the checks judge."""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts import due as dues
from pa_units.contracts import ledger as ledgers
from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.due import Due
from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import State
from pa_units.diagnose import gather
from pa_units.diagnose.evidence import Changed, Evidence
from pa_units.diagnose.finding import Finding
from pa_units.diagnose.judge import findings
from pa_units.drive.managers import Managers, of_systemd
from pa_units.journal import events
from pa_units.kit.errors import PaError
from pa_units.observe import run_history
from pa_units.observe.outdated import outdated
from pa_units.verbs import log_sources
from pa_units.verbs.here import Here
from pa_units.verbs.log_sources import LogLine, Wanted
from pa_units.write.drift import drift

_PATIENCE = 5.0
"""Seconds for each answer of the init system: who diagnoses wants to hear that it hangs."""
_RUNS = 6
_LINES = 60
_RECENT_US = 60_000_000
"""What an agent that runs well has said in the last minute."""


class Diagnosis(NamedTuple):
    """What is wrong with one agent."""

    seen: Evidence
    findings: tuple[Finding, ...]
    """the likeliest first; none: it is well"""


def diagnose(at: Here, agents: Sequence[Installed]) -> tuple[Diagnosis, ...]:
    """Say of each agent, or of each of its replicas, what is wrong with it."""
    found = evidence(at, [one for agent in agents for one in agent.each])
    return tuple(Diagnosis(seen, findings(seen)) for seen in found)


def evidence(at: Here, agents: Sequence[Installed]) -> tuple[Evidence, ...]:
    """Gather all that is known of agents."""
    now_us = time.time_ns() // 1000
    found = _of_init(at, [Evidence(agent, now_us) for agent in agents])
    changed = _changed(at, agents)
    found = [
        gather.on_disk(seen._replace(changed=changed[_whole(seen.agent)]), at.places)
        for seen in found
    ]
    return gather.growth(_spoken(at, found))


def _of_init(at: Here, blank: Sequence[Evidence]) -> list[Evidence]:
    """Ask the init system about all of them; if it does not answer, say so of each."""
    every, due = ledgers.read(at.places, at.root).agents, dues.read(at.places, at.root)
    found: list[Evidence] = []
    try:
        with Managers(at.scope, at.env, len(blank), _PATIENCE) as managers:
            for seen in blank:
                found.append(_asked(at, managers, seen, every, due))
    except PaError as error:
        found += [seen._replace(silent=error.message) for seen in blank[len(found) :]]
    return found


def _asked(
    at: Here, managers: Managers, seen: Evidence, every: Mapping[str, Installed], due: Due
) -> Evidence:
    agent = seen.agent
    asked = gather.ask(managers, agent)
    known = every.get(_whole(agent), agent)
    old = outdated(managers, due, [known], {known.name: asked.status.state})
    return seen._replace(
        status=asked.status,
        unit=asked.unit,
        properties=asked.properties,
        needs=gather.needed(managers, agent, gather.spec_of(at.places, agent), every),
        outdated=bool(old),
    )


def _whole(agent: Installed) -> str:
    """The agent that a replica is one of."""
    return agent.name.partition("@")[0]


def _changed(at: Here, agents: Sequence[Installed]) -> Mapping[str, tuple[Changed, ...]]:
    names = tuple(dict.fromkeys(map(_whole, agents)))
    found: dict[str, tuple[Changed, ...]] = dict.fromkeys(names, ())
    for one in drift(at.places, names, at.root):
        found[one.agent] = (*found[one.agent], Changed(one.what.value, one.path))
    return found


def _spoken(at: Here, found: Sequence[Evidence]) -> list[Evidence]:
    """Add the part of the journal, or of the supervisor's log: of agents in trouble their last
    runs, of the others, all at once, what they said a moment ago."""
    calm = [seen for seen in found if not seen.in_trouble]
    lines, silent = _recent(at, calm)
    return [
        _last_words(at, seen)
        if seen.in_trouble
        else gather.as_printed(_without(seen, silent), lines.get(seen.agent.name, ()), ())
        for seen in found
    ]


def _without(seen: Evidence, silent: str) -> Evidence:
    return seen._replace(unknown=(*seen.unknown, silent)) if silent else seen


def _recent(at: Here, calm: Sequence[Evidence]) -> tuple[Mapping[str, list[str]], str]:
    if not calm:
        return {}, ""
    own = of_systemd([seen.agent for seen in calm])
    units = {unit: agent.name for agent in own for unit in agent.workers}
    began = {seen.agent.name: seen.unit.active_since_us for seen in calm}
    wanted = Wanted(lines=None, since_us=calm[0].now_us - _RECENT_US)
    said: dict[str, list[str]] = {}
    try:
        for line in log_sources.journal_lines(at, units, wanted):
            if not line.by_manager and line.time_us >= began.get(line.agent, 0):
                said.setdefault(line.agent, []).append(line.text)
    except PaError as error:
        return {}, gather.silent("the journal", error)
    return said, ""


def _last_words(at: Here, seen: Evidence) -> Evidence:
    """The last run that ended, and what it printed; files have no times, so their last lines."""
    agent = seen.agent
    if agent.driver == BUILTIN:
        told = [one.why for one in run_history.told(at.places, agent.workers) if one.why]
        return gather.as_printed(seen, _files(agent), told[-_RUNS:])
    try:
        runs = tuple(events.runs(agent.workers, at.scope, env=at.env, last=_RUNS))
        said, told = _journal(at, seen._replace(runs=runs))
    except PaError as error:
        runs, said, told = (), [], []
        seen = _without(seen, gather.silent("the journal", error))
    try:
        said += _files(agent)
    except PaError as error:
        seen = _without(seen, gather.silent("its log files", error))
    return gather.as_printed(seen._replace(runs=runs), said, told)


def _journal(at: Here, seen: Evidence) -> tuple[list[str], list[str]]:
    agent = seen.agent
    units = dict.fromkeys((*agent.workers, *agent.doors), agent.name)
    wanted = Wanted(lines=_LINES, since_us=_since(seen))
    said: list[str] = []
    told: list[str] = []
    for line in log_sources.journal_lines(at, units, wanted):
        (told if line.by_manager else said).extend(line.text.splitlines())
    return said, told


def _since(seen: Evidence) -> int:
    """The beginning of the run that ended last, or of the one that goes on."""
    ended = [run for run in seen.runs if run.ended_us]
    if not ended:
        return 0
    began = ended[-1].started_us
    return began if seen.state is not State.RUNNING else min(began, seen.unit.active_since_us)


def _files(agent: Installed) -> list[str]:
    found = log_sources.sources([agent])
    wanted = Wanted(lines=_LINES, of_file=_LINES)
    blocks = log_sources.blocks(found, wanted)
    lines: list[LogLine] = [line for block in blocks for line in block.lines]
    return [line.text for line in lines]
