"""Which units an agent has, and their names: derived here alone. *Pure.*

No name of ours can be another agent's: agents are not called `pa-…` and hold no `@`.
"""

import posixpath
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Life(Protocol):
    """What the choice of units depends on; agents of the spec have it."""

    @property
    def name(self) -> str:
        """The agent's name."""

    @property
    def replicas(self) -> int:
        """How many run side by side."""

    @property
    def schedule(self) -> object | None:
        """When it runs, None for all the time."""

    @property
    def sockets(self) -> Sequence[object]:
        """What is opened for it."""

    @property
    def watch(self) -> object | None:
        """Whose changes it follows."""


class Units(NamedTuple):
    """The units of one agent by what they are for, as names."""

    main: str
    """stands for the agent where another unit or a user names it"""
    starts: tuple[str, ...]
    """what a start starts and a boot too"""
    runs: tuple[str, ...]
    """services that run its program"""
    others: tuple[str, ...] = ()
    """companions that come and go by themselves"""

    @property
    def every(self) -> tuple[str, ...]:
        """All of them, the main one first, what starts others before those."""
        return tuple(dict.fromkeys((self.main, *self.starts, *self.others, *self.runs)))


def service(agent: str) -> str:
    """The service of an agent that runs once at a time."""
    return f"{agent}.service"


def template(agent: str) -> str:
    """The file of an agent that runs several times side by side."""
    return f"{agent}@.service"


def instance(agent: str, number: int) -> str:
    """One of these, counted from 1."""
    return f"{agent}@{number}.service"


def stem(service: str) -> str:
    """`NAME@1` for the first instance, the agent's name for its only service."""
    return service.removesuffix(".service")


def file_of(service: str) -> str:
    """The unit file that a service has: instances share their template's."""
    name, at, _ = service.partition("@")
    return template(name) if at else service


def log_parts(path: str) -> tuple[str, str]:
    """What stands before and after the number in the log file of a replica: `bot@2.log` for
    `bot.log`. Two processes that append to one file cut into each other's lines."""
    stem_, suffix = posixpath.splitext(path)
    return f"{stem_}@", suffix


def target(agent: str) -> str:
    """All of these together."""
    return f"{agent}.target"


def timer(agent: str) -> str:
    """Starts a scheduled agent."""
    return f"{agent}.timer"


def is_timer(unit: str) -> bool:
    """Does it start another unit at times?"""
    return unit.endswith(".timer")


def socket(agent: str) -> str:
    """Listens for an agent."""
    return f"{agent}.socket"


def is_socket(unit: str) -> bool:
    """Does it start another unit at a connection?"""
    return unit.endswith(".socket")


def watch(agent: str, suffix: str) -> str:
    """The path unit that sees files change (`.path`) and what it starts (`.service`). They have
    one stem, and are not `AGENT-watch`: that could be an agent."""
    return f"pa-watch-{agent}{suffix}"


ROTATE_TIMER = "pa-rotate.timer"
ROTATE_SERVICE = "pa-rotate.service"
"""Hold the sizes of log files; shared by all agents that have some."""


def of(agent: Life) -> Units:
    """The units of an agent."""
    name, only = agent.name, service(agent.name)
    if agent.replicas == 1 and not (agent.schedule or agent.sockets or agent.watch):
        return Units(only, (only,), (only,))
    watches = (watch(name, ".path"), watch(name, ".service")) if agent.watch else ()
    sockets = (socket(name),) if agent.sockets else ()
    if agent.replicas > 1:
        runs = tuple(instance(name, number) for number in range(1, agent.replicas + 1))
        return Units(target(name), (target(name),), runs, sockets + watches)
    starts = (timer(name),) if agent.schedule else sockets or (only,)
    return Units(only, starts, (only,), watches)


def files(agent: Life) -> tuple[str, ...]:
    """The unit files that have the agent's own name and so may be taken already."""
    units = of(agent)
    runs = (template(agent.name),) if agent.replicas > 1 else units.runs
    named = (unit for unit in (*units.starts, *units.others) if not unit.startswith("pa-"))
    return tuple(dict.fromkeys((*runs, *named)))
