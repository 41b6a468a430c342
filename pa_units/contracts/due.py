"""What the init system has yet to be told: `due.json`, written in one step with every change.

Between the last rename and the last start a command may be killed or lose the bus. The next one
finds here what is left to do, so nobody takes an agent for up to date whose earlier version runs.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from pa_units.contracts import codec
from pa_units.contracts.places import Places
from pa_units.kit import files
from pa_units.kit.alive import lives

SCHEMA = "pa.due/1"


class Run(NamedTuple):
    """An agent whose files were changed while it may have been running."""

    at: float
    """seconds since the epoch; a run that began before is of an earlier version"""
    wanted: bool = True
    """the command was to bring it up; False: it was told not to (`--no-start`)"""
    by: str = ""
    """the process that is at it, as `kit.alive` names it"""


class Due(NamedTuple):
    """All of one scope."""

    reload: float = 0.0
    """when files were changed that the manager may have read (seconds since the epoch); 0: none"""
    stop: tuple[str, ...] = ()
    """units whose files are gone, and which may still run"""
    runs: Mapping[str, Run] = {}
    """by agent"""
    rescan: float = 0.0
    """as `reload`, of plans that the built-in supervisor may have read"""
    daemons: tuple[str, ...] = ()
    """services of ours that are new or changed: to be restarted"""

    def abandoned(self) -> tuple[str, ...]:
        """Return the agents that were to be brought up by a command that is no more."""
        dead = {by for by in {run.by for run in self.runs.values()} if not lives(by)}
        return tuple(name for name, run in self.runs.items() if run.wanted and run.by in dead)

    @property
    def is_left(self) -> bool:
        """Has a command left something to be done, and is not at it any more?"""
        if self.abandoned():
            return True
        return bool(self.reload or self.stop or self.rescan or self.daemons) and not any(
            lives(by) for by in {run.by for run in self.runs.values()}
        )

    @property
    def any(self) -> bool:
        """Is there anything left to do?"""
        return bool(self.reload or self.stop or self.runs or self.rescan or self.daemons)


NOTHING = Due()


def path_of(places: Places) -> str:
    """Return where it stands."""
    return f"{places.state}/due.json"


def read(places: Places, root: str = "") -> Due:
    """Read it; an absent one is empty. Raises PaError when it is damaged."""
    where = path_of(places)
    data = files.read_if_present(where, root)
    return NOTHING if data is None else decode(data, where)


def decode(data: bytes, where: str) -> Due:
    """Parse what `encode` returned."""
    body = codec.decode(data, SCHEMA, where)
    runs = {name: codec.mapping(row) for name, row in codec.mapping(body.get("runs")).items()}
    return Due(
        reload=codec.real(body.get("reload")),
        stop=codec.texts(body.get("stop")),
        daemons=codec.texts(body.get("daemons")),
        runs={
            name: Run(
                codec.real(row.get("at")), row.get("wanted") is not False, codec.text(row.get("by"))
            )
            for name, row in runs.items()
        },
        rescan=codec.real(body.get("rescan")),
    )


def encode(due: Due) -> bytes:
    """Return the file's content."""
    runs = {name: due.runs[name]._asdict() for name in sorted(due.runs)}
    body = {
        "reload": due.reload,
        "stop": due.stop,
        "runs": runs,
        "rescan": due.rescan,
        "daemons": due.daemons,
    }
    return codec.encode(SCHEMA, body)


def joined(before: Due, new: Due, gone: Collection[str] = ()) -> Due:
    """Return what is due once `new` has been added; `gone` are agents that are no longer there."""
    runs = {name: run for name, run in {**before.runs, **new.runs}.items() if name not in gone}
    return Due(
        reload=new.reload or before.reload,
        stop=tuple(dict.fromkeys((*before.stop, *new.stop))),
        runs=runs,
        rescan=new.rescan or before.rescan,
        daemons=tuple(dict.fromkeys((*before.daemons, *new.daemons))),
    )


class Told(NamedTuple):
    """What a command has done about it."""

    reloaded: bool = False
    """by all who had to"""
    """by whoever had to"""
    stopped: Collection[str] = ()
    """units"""
    ran: Collection[str] = ()
    """agents that were started or restarted, or need not be"""
    daemons: Collection[str] = ()
    """services of ours that were restarted"""


def left(now: Due, seen: Due, told: Told, at: float) -> Due:
    """Return what remains of `now` after a command that had `seen` an earlier state of it.

    What another command has added meanwhile stays. After a reload a run that begins is of the new
    version: from then on the time `at` (seconds since the epoch) tells old and new apart.
    """
    reloaded = told.reloaded and (now.reload, now.rescan) == (seen.reload, seen.rescan)
    runs = {
        name: run._replace(at=at) if reloaded else run
        for name, run in now.runs.items()
        if name not in told.ran or run != seen.runs.get(name)
    }
    return Due(
        reload=0.0 if reloaded else now.reload,
        stop=tuple(unit for unit in now.stop if unit not in told.stopped),
        daemons=tuple(unit for unit in now.daemons if unit not in told.daemons),
        runs=runs,
        rescan=0.0 if reloaded else now.rescan,
    )
