"""The outputs of an agent that the spec sends to files, and the files they really go to."""

from typing import NamedTuple

from pa_units.contracts.facts import Host, LogPlace, Placement
from pa_units.spec.model import Agent

_STREAMS = (("stdout", "StandardOutput", ".log"), ("stderr", "StandardError", ".error.log"))


class Stream(NamedTuple):
    """One output of an agent and the file it is appended to."""

    field: str
    directive: str
    wanted: str
    path: str
    """where it really goes"""
    unsafe: str
    """why not where it was wanted; empty if it is"""
    uncut: str = ""
    """why it cannot be cut at its front"""
    claimed: str = ""
    """who rotates it already"""


def streams(agent: Agent, host: Host, place: Placement) -> tuple[Stream, ...]:
    """The file of each stream that the spec sends to a file.

    `append:` is opened by PID 1 as root and follows symlinks: an agent that may write the
    directory could point it at any file of the system.
    """
    logging = agent.logging
    if logging is None:
        return ()
    found = []
    for field, directive, ending in _STREAMS:
        wanted = getattr(logging, field)
        if wanted is None:
            continue
        fact = place.logs.get(wanted, LogPlace(wanted))
        path = f"{host.places.logs}/{agent.name}{ending}" if fact.unsafe else wanted
        found.append(Stream(field, directive, wanted, path, fact.unsafe, fact.uncut, fact.claimed))
    return tuple(found)
