"""What `pa status` says of an agent; also the items of `--json` (schema pa.status/1)."""

from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts.health import Health

SCHEMA = "pa.status/1"


class State(StrEnum):
    """What an agent is doing. A unit that the manager has not loaded is stopped, not missing."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    RESTARTING = "restarting"
    FAILED = "failed"
    PAUSED = "paused"
    SCHEDULED = "scheduled"
    """it runs at its times, and none of them is now"""
    LISTENING = "listening"
    """the first connection starts it"""


UP = frozenset({State.RUNNING, State.PAUSED, State.SCHEDULED, State.LISTENING})
"""States that `status` and `is-active` answer with exit code 0."""


DOWN = frozenset({State.STOPPED, State.FAILED})
"""States in which nothing runs and nothing will by itself."""


class AgentStatus(NamedTuple):
    """One agent as it is now. Times are wall clock in microseconds, 0 = never; None = unknown."""

    name: str
    unit: str
    state: State
    reason: str = ""
    """why, in words: "killed by SIGKILL", "gave up after 5 restarts: exit code 1"; may be empty"""
    pid: int = 0
    since_us: int = 0
    """when this state began"""
    restarts: int = 0
    """automatic ones since the count last started anew"""
    max_restarts: int | None = None
    next_restart_us: int | None = None
    """when the next start is due, while restarting"""
    memory: int | None = None
    """bytes"""
    cpu_ns: int | None = None
    tasks: int | None = None
    enabled: bool = False
    """starts at boot"""
    user: str = ""
    """"" for a dynamic user"""
    drift: tuple[str, ...] | None = None
    """what is not as it was installed, in words; None: not looked at, as in a list of all"""
    origin: str = ""
    """the spec file that it was installed from"""
    next_run_us: int | None = None
    """when it is started next, by its schedule"""
    replicas: "tuple[AgentStatus, ...]" = ()
    """each of them, named NAME@1 and so on; then the figures above are those of all together"""
    health: Health | None = None
    """by the checks of the companion; None: nothing asks it"""
    health_reason: str = ""
    """`200 in 12 ms`; why it is not healthy"""
