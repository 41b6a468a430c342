"""What happens to a unit, and what is to be done about it: the words of the state machine."""

from typing import NamedTuple

from pa_units.contracts.run_plan import Command


class Now(NamedTuple):
    """The time of an event."""

    mono: float
    """seconds of CLOCK_MONOTONIC"""
    wall_us: int
    """microseconds since the epoch"""


# Requests of people.


class Start(NamedTuple):
    """Be up, with a fresh restart budget."""


class Stop(NamedTuple):
    """Be down."""


class Restart(NamedTuple):
    """Stop if it runs, then start with a fresh budget."""


class Reload(NamedTuple):
    """Read the agent's own configuration again."""


class Reset(NamedTuple):
    """Forget the failure and the count of restarts."""


class Pause(NamedTuple):
    """Freeze every process."""


class Resume(NamedTuple):
    """Undo `Pause`."""


# What the system tells.


class Ready(NamedTuple):
    """All that the unit waits for holds."""


class Spawned(NamedTuple):
    """The main process, or the command that was asked for last, executes its program."""

    pid: int
    start_time: int


class Refused(NamedTuple):
    """It could not be started: a status of systemd.exec(5), "Process Exit Codes", and why."""

    status: int
    words: str


class Ended(NamedTuple):
    """The main process is gone."""

    code: int
    status: int
    leftovers: bool = False
    """processes of this run remain"""


class HelperEnded(NamedTuple):
    """The hook or command under way is gone."""

    code: int
    status: int


class Found(NamedTuple):
    """The daemon that a forking program left running is the main process from here on."""

    pid: int
    start_time: int


class NotFound(NamedTuple):
    """A forking program left nothing that could be the main process."""

    words: str


class LeftoversGone(NamedTuple):
    """No process of the run is left."""


class Due(NamedTuple):
    """The time that the unit waited for has come."""


Event = (
    Start
    | Stop
    | Restart
    | Reload
    | Reset
    | Pause
    | Resume
    | Ready
    | Spawned
    | Refused
    | Ended
    | HelperEnded
    | Found
    | NotFound
    | LeftoversGone
    | Due
)


# Effects.


class Await(NamedTuple):
    """Answer `Ready` as soon as the needs of the unit hold."""


class StartMain(NamedTuple):
    """Start the main process: `Spawned` or `Refused`."""


class StartCommand(NamedTuple):
    """Start a command beside it: `Spawned` or `Refused`, then `HelperEnded`."""

    command: Command


class Signal(NamedTuple):
    """Send a signal to the main process, or to the command under way if there is none."""

    number: int
    everyone: bool = False
    """to every process of the run"""


class EndHelper(NamedTuple):
    """Kill a command and its process group; its end is no event any more."""

    pid: int


class KillLeftovers(NamedTuple):
    """Kill every process of the run: `LeftoversGone` when none is left."""


class Freeze(NamedTuple):
    """Stop every process of the run from being scheduled."""


class Thaw(NamedTuple):
    """Let them go on."""


class FindDaemon(NamedTuple):
    """Look for what a forking program left running: `Found` or `NotFound`."""


Effect = (
    Await
    | StartMain
    | StartCommand
    | Signal
    | EndHelper
    | KillLeftovers
    | Freeze
    | Thaw
    | FindDaemon
)
