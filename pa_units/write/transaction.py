"""All or nothing, across errors, `kill -9` and power loss.

    staging.json written and flushed      lists every temporary file and new directory
    directories made, new contents written beside their places
    all of that on disk (syncfs)
    staging.json renamed to commit.json   from here on the transaction has happened
    renames and removals, in an order in which PID 1 may boot at any moment
    ledger and inventory renamed
    all of that on disk (syncfs)
    commit.json removed

Whoever takes the lock next undoes a `staging.json` and finishes a `commit.json`. Everything that
can need space is done before the commit.
"""

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from pa_units.contracts import codec
from pa_units.contracts.places import Places
from pa_units.kit import files, sync
from pa_units.kit.errors import PaError
from pa_units.kit.files import Ids

SCHEMA = "pa.transaction/1"


class Put(NamedTuple):
    """A file or link to put in place."""

    path: str
    data: bytes
    """content, or a link's target"""
    mode: int = 0o644
    ids: Ids | None = None
    link: bool = False
    fresh: bool = False
    """only if nothing is there: a log that a program may have begun meanwhile keeps its lines"""


class Attributes(NamedTuple):
    """Mode and owner of something that stays; of a directory that is made."""

    path: str
    mode: int
    ids: Ids | None = None


class Transaction(NamedTuple):
    """What to do, in this order."""

    directories: tuple[Attributes, ...] = ()
    """to be made, outermost first"""
    unlinks: tuple[str, ...] = ()
    puts: tuple[Put, ...] = ()
    adjusted: tuple[Attributes, ...] = ()
    removed: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    """directories that go if they are empty, innermost first"""
    documents: Mapping[str, bytes | None] = {}
    """ledger and inventory; None removes one"""


class _Verb(StrEnum):
    PUT = "put"
    SETTLE = "settle"
    ADJUST = "adjust"
    REMOVE = "remove"
    TREE = "tree"
    RMDIR = "rmdir"


class _Step(NamedTuple):
    verb: _Verb
    path: str
    temp: str = ""
    mode: int = 0
    ids: Ids | None = None


class _Journal(NamedTuple):
    made: tuple[str, ...]
    steps: tuple[_Step, ...]


def execute(places: Places, transaction: Transaction, root: str = "") -> None:
    """Carry it out. The caller holds the lock, has recovered, and the state directory exists.

    Raises PaError: nothing has changed then, unless the message says that the rest will follow.
    """
    token = os.urandom(8).hex()
    journal = _Journal(
        tuple(directory.path for directory in transaction.directories),
        tuple(_steps(transaction, token)),
    )
    staging, commit = names(places)
    try:
        files.stage(staging, _encode(journal), 0o600, root=root)
        files.flush(staging, root)
        _stage(places, transaction, token, root)
        files.rename(staging, commit, root)
    except BaseException:
        # An interrupt may arrive after the rename: then the transaction has happened.
        if files.read_if_present(commit, root) is None:
            _undo(journal, staging, root)
        raise
    _finish(places, journal, root)


def recover(places: Places, root: str = "") -> str:
    """Undo or finish what was interrupted. The caller holds the lock. Says what was done, if it
    was anything."""
    staging, commit = names(places)
    if (data := files.read_if_present(commit, root)) is not None:
        _finish(places, _decode(data, commit), root)
        return "finished an interrupted change"
    if (data := files.read_if_present(staging, root)) is None:
        return ""
    try:
        journal = _decode(data, staging)
    except PaError:
        journal = _Journal((), ())  # cut off while it was written: nothing was staged yet
    _undo(journal, staging, root)
    return "undid an interrupted change"


def names(places: Places) -> tuple[str, str]:
    """Return the journal before and after the commit."""
    return places.staging, places.commit


def _stage(places: Places, transaction: Transaction, token: str, root: str) -> None:
    for directory in transaction.directories:
        files.make_directory(directory.path, directory.mode, directory.ids, root)
    puts = (*transaction.puts, *_documents(transaction))
    for put in puts:
        temp = files.temp_beside(put.path, token)
        if put.link:
            files.stage_link(temp, put.data.decode(), root)
        else:
            files.stage(temp, put.data, put.mode, put.ids, root)
    touched = {put.path.rpartition("/")[0] for put in puts}
    sync.file_systems_of(sorted({places.state, *touched}), root)


def _documents(transaction: Transaction) -> Iterator[Put]:
    for path, data in transaction.documents.items():
        if data is not None:
            yield Put(path, data)


def _steps(transaction: Transaction, token: str) -> Iterator[_Step]:
    for path in transaction.unlinks:
        yield _Step(_Verb.REMOVE, path)
    for put in transaction.puts:
        verb = _Verb.SETTLE if put.fresh else _Verb.PUT
        yield _Step(verb, put.path, files.temp_beside(put.path, token))
    for path, mode, ids in transaction.adjusted:
        yield _Step(_Verb.ADJUST, path, mode=mode, ids=ids)
    for path in transaction.removed:
        yield _Step(_Verb.REMOVE, path)
    for path in transaction.trees:
        yield _Step(_Verb.TREE, path)
    for path in transaction.emptied:
        yield _Step(_Verb.RMDIR, path)
    for path, data in transaction.documents.items():
        if data is None:
            yield _Step(_Verb.REMOVE, path)
        else:
            yield _Step(_Verb.PUT, path, files.temp_beside(path, token))


def _undo(journal: _Journal, staging: str, root: str) -> None:
    for step in journal.steps:
        if step.temp:
            files.remove(step.temp, root)
    for directory in reversed(journal.made):
        files.remove_directory(directory, root)
    files.remove(staging, root)


def _finish(places: Places, journal: _Journal, root: str) -> None:
    """Do what is not done yet of a committed transaction."""
    try:
        files.flush(places.state, root)  # that it is committed
        for step in journal.steps:
            _do(step, root)
        touched = {step.path.rpartition("/")[0] for step in journal.steps}
        sync.file_systems_of(sorted({places.state, *touched}), root)
        # Should this get lost with the power, the steps are done again and find nothing to do.
        files.remove(names(places)[1], root)
    except PaError as error:
        raise type(error)(
            f"{error.message}; the change is decided, and the next pa that writes completes it",
            error.hint,
        ) from error


def _do(step: _Step, root: str) -> None:
    match step.verb:
        case _Verb.PUT:
            files.rename(step.temp, step.path, root)
        case _Verb.SETTLE:
            files.settle(step.temp, step.path, root)
        case _Verb.ADJUST:
            files.set_attributes(step.path, step.mode, step.ids, root)
        case _Verb.REMOVE:
            files.remove(step.path, root)
        case _Verb.TREE:
            files.remove_tree(step.path, root)
        case _Verb.RMDIR:
            files.remove_directory(step.path, root)


def _encode(journal: _Journal) -> bytes:
    rows = [[*step[:4], *(step.ids or (-1, -1))] for step in journal.steps]
    return codec.encode(SCHEMA, {"made": journal.made, "steps": rows})


def _decode(data: bytes, where: str) -> _Journal:
    body = codec.decode(data, SCHEMA, where)
    steps = tuple(_step(codec.items(row)) for row in codec.items(body.get("steps")))
    return _Journal(codec.texts(body.get("made")), steps)


def _step(row: list[object]) -> _Step:
    verb, path, temp = (codec.text(item) for item in row[:3])
    mode, uid, gid = (codec.number(item) for item in row[3:6])
    return _Step(_Verb(verb), path, temp, mode, None if uid < 0 else (uid, gid))
