"""`fmt`, `schema`, `init`: help for whoever writes a spec."""

import os
from typing import NamedTuple

from pa_units.kit.errors import UsageError
from pa_units.kit.files import write_whole
from pa_units.spec import fmt, schema
from pa_units.spec.scaffold import scaffold
from pa_units.verbs import specs
from pa_units.verbs.refusal import SpecRefused


class Formatted(NamedTuple):
    """A spec file and its canonical text."""

    path: str
    before: str
    after: str


def formatted(path: str) -> Formatted:
    """Format a spec; `-` is standard input. Raises SpecRefused for one that has errors."""
    document = specs.document(path)
    if document.errors:
        raise SpecRefused(document.problems)
    return Formatted(path, document.tree.text, fmt.formatted(document))


def save(one: Formatted) -> None:
    """Write the canonical text over the file, which stays its owner's."""
    status = os.stat(one.path)
    ids = (status.st_uid, status.st_gid)
    write_whole(os.path.realpath(one.path), one.after.encode(), status.st_mode & 0o7777, ids)


def json_schema() -> str:
    """The JSON Schema of the language, for editors."""
    return schema.text()


def fields() -> list[str]:
    """The fields of a spec, as `pa set` names them."""
    from pa_units.spec.outline import entries

    return [entry.dotted for entry in entries() if entry.path != ("name",)]


def start_file(path: str, name: str, cmd: str) -> None:
    """Write a commented spec to start from. Raises UsageError if the file is there already."""
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already", "name another file with -o")
    with open(path, "x", encoding="utf-8") as file:
        file.write(scaffold(name, cmd))
