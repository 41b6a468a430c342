"""All that is known of one agent: gathered once, then judged by pure functions."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import AgentStatus, State
from pa_units.drive.states import UnitState
from pa_units.journal.events import Run
from pa_units.measure.listeners import Listener
from pa_units.measure.room import Room
from pa_units.observe.program import Program
from pa_units.observe.reach import Who
from pa_units.observe.unit_files import Setting
from pa_units.spec.model import Agent

_CODES = {1: "exited", 2: "killed", 3: "dumped"}
"""si_code of waitid(2), as the journal spells it"""


class Changed(NamedTuple):
    """A file that is no longer as it was installed."""

    what: str
    """missing, edited, replaced, drop-in, origin changed, origin missing, changed here"""
    path: str


class Seen(NamedTuple):
    """A path that the agent printed in an error, as it stands on the host."""

    path: str
    exists: bool
    described: str = ""
    """owner, group and mode"""
    barred: str = ""
    """the part of it at which the agent's user is refused"""


class Log(NamedTuple):
    """A log file of the agent. Bytes."""

    path: str
    size: int
    most: int
    """what the spec wants it to be at most"""
    copies: int = 0
    """rotated ones that are there"""


class Needed(NamedTuple):
    """An agent or unit that this one waits for."""

    name: str
    wants: str
    """what it waits for: started, healthy, completed_successfully, or `requires`"""
    state: str
    """what it is instead; empty: all is well"""
    reason: str = ""


class Evidence(NamedTuple):
    """One agent, or one of its replicas."""

    agent: Installed
    now_us: int
    """wall clock, microseconds"""
    status: AgentStatus | None = None
    """None: the init system cannot be asked"""
    unit: UnitState = UnitState()
    properties: Mapping[str, object] = {}
    """what systemd says of its service, by its names"""
    silent: str = ""
    """why the init system cannot be asked"""
    unknown: tuple[str, ...] = ()
    """what could not be looked at, in words"""
    spec: Agent | None = None
    settings: tuple[Setting, ...] = ()
    """of its unit file and the drop-ins, in their order"""
    changed: tuple[Changed, ...] = ()
    who: Who | None = None
    """whom it runs as; None: there is no such user"""
    no_group: str = ""
    """the group that its unit names and that is not there"""
    program: Program | None = None
    home: Program | None = None
    """its working directory, as a path that its user enters"""
    runs: tuple[Run, ...] = ()
    """its last ones"""
    said: tuple[str, ...] = ()
    """what it printed in the run in question, the last lines of it"""
    told: tuple[str, ...] = ()
    """what the init system said meanwhile"""
    paths: Mapping[str, Seen] = {}
    """by path: those that `said` complains about"""
    listeners: tuple[Listener, ...] = ()
    """who has the ports that `said` complains about"""
    rooms: tuple[Room, ...] = ()
    """of the file systems that it writes to"""
    logs: tuple[Log, ...] = ()
    needs: tuple[Needed, ...] = ()
    memory: tuple[int, ...] = ()
    """bytes, a few looks one after the other"""
    lingers: bool = True
    """does its service manager live on after the logout?"""
    outdated: bool = False
    """an earlier version of it runs"""
    synchronized: bool | None = None
    """is the clock? None: nobody knows"""

    @property
    def state(self) -> State | None:
        """What it is doing."""
        return self.status.state if self.status else None

    @property
    def in_trouble(self) -> bool:
        """Is it not up, or was it not, a moment ago?"""
        if self.status is None:
            return True
        calm = (State.RUNNING, State.PAUSED, State.SCHEDULED, State.LISTENING)
        return self.state not in calm or bool(self.status.restarts) or bool(self.status.reason)

    @property
    def ended(self) -> tuple[str, int]:
        """How the last run ended: exited, killed or dumped, and the code or signal; `("", 0)`: no
        run did."""
        seen = self.unit.exit
        if seen and seen.at_us:
            return _CODES.get(seen.code, ""), seen.status
        # systemd forgets it where a start has begun and waits in a helper.
        last = next((run for run in reversed(self.runs) if run.exit_code), None)
        return (last.exit_code, last.exit_status or 0) if last and self.in_trouble else ("", 0)

    def exited(self, *codes: int) -> bool:
        """Did the last run end with one of these exit codes?"""
        how, status = self.ended
        return how == "exited" and status in codes

    def killed(self, *signals: int) -> bool:
        """Was the last run ended by one of these signals?"""
        how, status = self.ended
        return how in ("killed", "dumped") and status in signals

    @property
    def result(self) -> str:
        """systemd's word for how the last run ended; of an earlier run while a start is under
        way."""
        if self.unit.result not in ("", "success"):
            return self.unit.result
        ended = [run.result for run in self.runs if run.result]
        return ended[-1] if ended and self.in_trouble else ""

    def setting(self, key: str) -> str:
        """Return the last value of a directive in its unit and drop-ins, empty without one."""
        found = [one.value for one in self.settings if one.key == key]
        return found[-1] if found else ""

    def lines(self, pattern: re.Pattern[str], most: int = 2) -> tuple[str, ...]:
        """Return the last lines that it printed which match."""
        return tuple([line for line in self.said if pattern.search(line)][-most:])
