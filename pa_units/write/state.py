"""Ledger, inventory and what is due: they change together."""

from typing import NamedTuple

from pa_units.contracts import due, inventory, ledger
from pa_units.contracts.due import Due
from pa_units.contracts.inventory import Inventory
from pa_units.contracts.ledger import Ledger
from pa_units.contracts.places import Places
from pa_units.write.directories import state_and_above


class State(NamedTuple):
    """What is installed, and which files are ours."""

    ledger: Ledger = Ledger()
    inventory: Inventory = Inventory()
    due: Due = due.NOTHING


def read(places: Places, root: str = "") -> State:
    """Read all. While somebody writes they may be of different age: writers hold the lock."""
    return State(ledger.read(places, root), inventory.read(places, root), due.read(places, root))


def documents(places: Places, state: State) -> dict[str, bytes | None]:
    """Return path and content of each file; None for one that has nothing to say any more."""
    known = state.inventory
    # The state directory and its parents go by themselves, after the last document.
    elsewhere = set(known.directories) - state_and_above(places)
    # While something is due the directory stays, and with it the memory of who made it.
    told = known.files or known.kept or elsewhere or (state.due.any and known.directories)
    return {
        due.path_of(places): due.encode(state.due) if state.due.any else None,
        inventory.path_of(places): inventory.encode(known) if told else None,
        places.ledger: ledger.encode(state.ledger) if state.ledger.agents else None,
    }
