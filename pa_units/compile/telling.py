"""The words of `pa explain`, topic by topic; a topic without words is left out. Those of an agent's
life stand in `telling_life`."""

import re
from collections.abc import Iterable

from pa_units.compile.support.table import TABLE
from pa_units.compile.support.way import How, Target
from pa_units.contracts.bundle import AgentBundle, Kind
from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.facts import Facts
from pa_units.spec.command import Command
from pa_units.spec.model import Agent
from pa_units.spec.quantities import print_size
from pa_units.spec.template import variables

Topic = tuple[str, str]


def who(agent: Agent, bundle: AgentBundle, facts: Facts) -> tuple[Topic, ...]:
    """What runs, as whom, where, with which values."""
    return (
        ("about", agent.description or ""),
        ("runs", _runs(agent, facts)),
        ("replicas", _replicas(agent)),
        ("as", f"{bundle.user or 'dynamic user'}: {bundle.user_reason}"),
        ("in", agent.cwd or _state(bundle)),
        ("env", _variables(agent)),
        ("secrets", _secrets(bundle)),
    )


def _runs(agent: Agent, facts: Facts) -> str:
    if agent.cmd.shell:
        return f"sh -c {_word(agent.cmd.words[0])}"
    found = facts.placements[agent.name].executable
    program, *arguments = agent.cmd.words
    return joined((found or f"{program} (not found)", *arguments))


def joined(words: Iterable[str]) -> str:
    """Words of a command on one line, as a reader tells them apart."""
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    plain = word.isprintable() and word and not any(sign in word for sign in " '\"\\;&|<>()#")
    return word if plain else repr(word)


def command(asked: Command) -> str:
    """A command of the spec on one line."""
    return f"sh -c {_word(asked.words[0])}" if asked.shell else joined(asked.words)


def _replicas(agent: Agent) -> str:
    if agent.replicas == 1:
        return ""
    return f"{agent.replicas} side by side, each told its number in PA_REPLICA"


def _state(bundle: AgentBundle) -> str:
    own = next((item.path for item in bundle.artifacts if item.kind is Kind.STATE), "")
    return f"{own}, a directory of its own"


def _variables(agent: Agent) -> str:
    literal = [name for name, raw in agent.env.items() if not variables(raw)]
    words = [", ".join(literal)] if literal else []
    words += [f"the lines of {entry.path}" for entry in agent.env_file]
    return "; ".join(words)


def _secrets(bundle: AgentBundle) -> str:
    kept = [item for item in bundle.artifacts if item.kind is Kind.SECRET]
    words = []
    for item in kept:
        names = ", ".join({**(item.env or {}), **(item.files or {})})
        words.append(f"{names} in {item.path}" if names else item.path)
    return "; ".join(words)


def walls(agent: Agent, bundle: AgentBundle) -> tuple[Topic, ...]:
    """What it may use, where its output goes, which units stand for it."""
    return (
        ("limits", _limits(agent, bundle.driver)),
        ("sandbox", _sandbox(agent, bundle.driver)),
        ("output", _output(bundle)),
        ("rotation", _rotation(agent, bundle)),
        ("units", ", ".join(unit.name for unit in bundle.units)),
    )


def _limits(agent: Agent, driver: str) -> str:
    limits = agent.resources
    words = {
        "cpu_limit": limits.cpu_limit is not None and f"{limits.cpu_limit:g}% of a core",
        "memory_limit": limits.memory_limit is not None
        and f"{print_size(limits.memory_limit)} of memory",
        "memory_high": limits.memory_high is not None
        and f"slower above {print_size(limits.memory_high)}",
        "tasks": limits.tasks is not None and f"{limits.tasks} tasks",
        "open_files": limits.open_files is not None and f"{limits.open_files} open files",
        "io_weight": limits.io_weight is not None and f"weight {limits.io_weight} on the disk",
    }
    kept = (word for field, word in words.items() if not _is_void(f"resources.{field}", driver))
    return ", ".join(word for word in kept if word)


def _is_void(field: str, driver: str) -> bool:
    """Has a field no effect there?"""
    return TABLE[field].of(_TARGETS[driver]).how in (How.IMPOSSIBLE, How.LATER)


_TARGETS = {SYSTEMD: Target.SYSTEMD, BUILTIN: Target.RUN}


def _sandbox(agent: Agent, driver: str) -> str:
    if _is_void("hardening", driver):
        return f"none: {TABLE['hardening'].of(_TARGETS[driver]).why}"
    level, switches = agent.hardening.level, agent.hardening.switches
    own = f", with {', '.join(switches)} as the spec has them" if switches else ""
    return level + own


_ROTATED_ABOVE = re.compile(r"^ +(?:max)?size (\d+)$", re.MULTILINE)


def _rotation(agent: Agent, bundle: AgentBundle) -> str:
    logging = agent.logging
    files = [item.text for item in bundle.artifacts if item.kind is Kind.ROTATION]
    if logging is None or not files:
        return ""
    sizes = [int(size) for size in _ROTATED_ABOVE.findall(files[0])]
    words = (
        f"above {print_size(min(sizes))}",
        logging.rotate_every and f"and {logging.rotate_every}",
        f", {logging.max_files} kept",
        logging.compress and ", compressed",
    )
    return " ".join(word for word in words if word).replace(" ,", ",")


def _output(bundle: AgentBundle) -> str:
    files = [artifact.path for artifact in bundle.artifacts if artifact.kind is Kind.LOG]
    return ", ".join(files) or "the journal"
