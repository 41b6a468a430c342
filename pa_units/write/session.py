"""The time in which one process may write: locked, recovered, tidied up afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pa_units.contracts import due, inventory
from pa_units.contracts.places import Places
from pa_units.kit import files, lock
from pa_units.write import state, transaction
from pa_units.write.directories import state_and_above
from pa_units.write.state import State

WAIT = 30.0  # seconds for another writer: an install of 500 agents writes for about one


class Session(NamedTuple):
    """What was found on entering."""

    recovered: str
    """what had to be undone or finished, in words; "" for nothing"""
    made: tuple[str, ...]
    """directories that the lock needed, outermost first"""
    state: State
    """after that"""


@contextmanager
def session(places: Places, root: str = "", wait: float = WAIT) -> Iterator[Session]:
    """Hold the lock. Raises PaError when another process writes for longer than `wait` seconds."""
    with lock.held(places.lock, wait, root) as made:
        ours = {places.state, *made}
        try:
            recovered = transaction.recover(places, root)
            known = state.read(places, root)
            ours |= state_and_above(places).intersection(known.inventory.directories)
            yield Session(recovered, made, known)
        finally:
            _tidy(places, ours, root)


def is_interrupted(places: Places, root: str = "") -> bool:
    """Has a writer been killed, or is one at work?"""
    return any(os.path.lexists(root + path) for path in transaction.names(places))


def recover(places: Places, root: str = "", wait: float = WAIT) -> str:
    """Undo or finish what was interrupted; say what was done. Raises what `session` raises."""
    with session(places, root, wait) as entered:
        return entered.recovered


def _tidy(places: Places, ours: set[str], root: str) -> None:
    """Once nothing is installed or remembered, leave no empty state directory behind."""
    documents = (places.ledger, inventory.path_of(places), due.path_of(places))
    lasting = (*documents, *transaction.names(places))
    if any(os.path.lexists(root + path) for path in lasting):
        return
    files.remove(places.lock, root)
    for directory in sorted(ours, key=len, reverse=True):
        if not files.remove_directory(directory, root):
            return
