"""A new version on trial: what `install --confirm-within` leaves for whoever rolls it back.

Stands below the runtime directory, one file per install: what watches it ends with a reboot, too.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts import codec
from pa_units.contracts.places import Places
from pa_units.kit import files

SCHEMA = "pa.watch/1"


class Before(NamedTuple):
    """One agent as it was, and how its new version is told."""

    digest: str
    """of the new version's canonical document"""
    generation: int = 0
    """to go back to; 0: it was not installed"""
    ran: bool = False
    invocations: tuple[str, ...] = ()
    """systemd's ids of its runs then"""
    watched: bool = True
    """its new version is to come up; False: nothing that runs was changed"""


class Verdict(NamedTuple):
    """How it ended."""

    kept: bool
    reasons: Mapping[str, str] = {}
    """by agent whose new version was not up in time: why, in words"""
    logs: Mapping[str, tuple[str, ...]] = {}
    """by such agent: the last lines that it printed"""
    back: tuple[str, ...] = ()
    """agents whose version before is in place again"""
    uninstalled: tuple[str, ...] = ()
    """agents that had none"""
    problem: str = ""
    """why going back failed, or what is not up after it"""


class Watch(NamedTuple):
    """One install on trial."""

    until: float
    """seconds since boot (CLOCK_BOOTTIME)"""
    agents: Mapping[str, Before]
    verdict: Verdict | None = None


def directory(places: Places) -> str:
    """Return where they stand."""
    return f"{places.runtime}/confirm"


def path_of(places: Places, ident: str) -> str:
    """Return the file of one."""
    return f"{directory(places)}/{ident}.json"


def read(places: Places, ident: str) -> Watch | None:
    """Read one; None if there is none. Raises PaError when it is damaged."""
    where = path_of(places, ident)
    data = files.read_if_present(where)
    return None if data is None else decode(data, where)


def decode(data: bytes, where: str) -> Watch:
    """Parse what `encode` returned."""
    body = codec.decode(data, SCHEMA, where)
    agents = codec.mapping(body.get("agents"))
    verdict = body.get("verdict")
    return Watch(
        until=codec.real(body.get("until")),
        agents={name: _before(codec.mapping(row)) for name, row in agents.items()},
        verdict=_verdict(codec.mapping(verdict)) if verdict else None,
    )


def encode(watch: Watch) -> bytes:
    """Return the file's content."""
    agents = {name: before._asdict() for name, before in watch.agents.items()}
    verdict = watch.verdict._asdict() if watch.verdict else None
    return codec.encode(SCHEMA, {"until": watch.until, "agents": agents, "verdict": verdict})


def _before(row: Mapping[str, object]) -> Before:
    return Before(
        digest=codec.text(row.get("digest")),
        generation=codec.number(row.get("generation")),
        ran=row.get("ran") is True,
        invocations=codec.texts(row.get("invocations")),
        watched=row.get("watched") is not False,
    )


def _verdict(row: Mapping[str, object]) -> Verdict:
    logs = codec.mapping(row.get("logs"))
    return Verdict(
        kept=row.get("kept") is True,
        reasons=codec.table(row.get("reasons")),
        logs={name: codec.texts(lines) for name, lines in logs.items()},
        back=codec.texts(row.get("back")),
        uninstalled=codec.texts(row.get("uninstalled")),
        problem=codec.text(row.get("problem")),
    )
