"""`set`, `edit`: change what is installed by changing its spec. The origin if it still says what is
installed, else the installed copy."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pa_units.contracts.inventory import digest
from pa_units.contracts.ledger import Installed
from pa_units.kit.errors import UsageError
from pa_units.kit.files import read_if_present, write_whole
from pa_units.spec.change import changed
from pa_units.spec.document import Document
from pa_units.spec.load import load
from pa_units.verbs import install
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.install import Options, Result


class Editable(NamedTuple):
    """The text to change for an agent."""

    path: str
    text: bytes
    is_origin: bool
    """else it is the installed copy, whose origin was changed or is gone"""


def editable(at: Here, agent: Installed) -> Editable:
    """Return what to change. Raises UsageError when there is nothing left of it."""
    path, known = agent.origin
    origin = read_if_present(path) if path else None
    if origin is not None and digest(origin) == known:
        return Editable(path, origin, True)
    copy = f"{at.places.agents}/{agent.name}.yaml"
    text = read_if_present(copy, at.root)
    if text is None:
        raise UsageError(f"cannot find the spec of {agent.name}: {copy} is gone", "install it anew")
    return Editable(copy, text, False)


def assigned(at: Here, agent: Installed, pairs: Sequence[str]) -> tuple[Editable, bytes]:
    """Return what to change and its new text. `pairs` are `key.sub=value`."""
    source = editable(at, agent)
    base = os.path.dirname(source.path)

    def reading(text: str) -> Document:
        return load(text.encode(), source.path, base=base)

    text = changed(source.text.decode(), reading, agent.name, dict(map(_pair, pairs)))
    return source, text.encode()


def _pair(text: str) -> tuple[tuple[str, ...], str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise UsageError(f"'{text}' sets nothing", "write KEY=VALUE, such as resources.tasks=64")
    return tuple(key.split(".")), value


def apply(at: Here, source: Editable, text: bytes, options: Options) -> Result:
    """Install a changed spec. Nothing changes, on disk or in what runs, when it is refused."""
    may_write(at, "change agents")
    instead: Mapping[str, bytes] = {source.path: text}
    foreseen = install.install(at, [source.path], options._replace(dry_run=True), instead)
    if options.dry_run:
        return foreseen
    if not source.is_origin:
        return install.install(at, [source.path], options, instead)
    _rewrite(source.path, text)
    try:
        return install.install(at, [source.path], options)
    except BaseException:
        _rewrite(source.path, source.text)
        raise


def _rewrite(path: str, text: bytes) -> None:
    """Replace a user's file in one step; it stays theirs."""
    status = os.stat(path)
    write_whole(path, text, status.st_mode & 0o7777, (status.st_uid, status.st_gid))
