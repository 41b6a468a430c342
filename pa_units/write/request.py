"""What a caller of this room asks for."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts.bundle import Bundle
from pa_units.contracts.ledger import Origin

GENERATIONS = 5
"""How many versions of an agent are stored, the present one included"""


class After(StrEnum):
    """What the caller is going to tell the init system; kept on disk until it has."""

    NOTHING = "nothing"
    """the files are for a system that is not running"""
    RELOAD = "reload"
    """that its files have changed"""
    START = "start"
    """and to bring the agents up"""


class Request(NamedTuple):
    """One install, removal or restore."""

    bundle: Bundle = Bundle((), ())
    environment: Mapping[str, str] = {}
    """values for `${VAR}`, before those that were stored"""
    origins: Mapping[str, Origin] = {}
    """by agent; an absent one keeps the origin that it has"""
    remove: frozenset[str] = frozenset()
    """agents to be uninstalled"""
    purge: bool = False
    """with their logs, state, secrets and generations"""
    force: bool = False
    """write over what is not ours or was edited"""
    generations: Mapping[str, int] = {}
    """by agent: the stored generation that its bundle is, when going back to it"""
    after: After = After.NOTHING
