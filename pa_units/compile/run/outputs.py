"""Where an agent's output goes. Without a journal there is always a file."""

from collections.abc import Iterator, Mapping

from pa_units.compile.systemd import logs
from pa_units.compile.systemd.draft import Draft
from pa_units.contracts.bundle import Artifact, Note
from pa_units.contracts.run_plan import LogFile
from pa_units.spec.parts import Logging

_USUAL = Logging()


def paths(draft: Draft) -> dict[str, str]:
    """Return the file of each stream that has its own, `stdout` always among them."""
    found = {stream.field: stream.path for stream in draft.streams}
    return {"stdout": f"{draft.host.places.logs}/{draft.name}.log"} | found


def files(draft: Draft, number: int) -> Mapping[str, LogFile]:
    """Return the log of each stream of one replica, 0: the only one. Two streams with one path are
    one stream."""
    wanted = draft.agent.logging or _USUAL
    found = {field: _numbered(path, number) for field, path in paths(draft).items()}
    if found.get("stderr") == found["stdout"]:
        del found["stderr"]
    return {
        field: LogFile(path, wanted.max_size, wanted.max_files, wanted.compress, wanted.timestamps)
        for field, path in found.items()
    }


def _numbered(path: str, number: int) -> str:
    if not number:
        return path
    before, suffix = logs.numbered(path)
    return f"{before}{number}{suffix}"


def artifacts(draft: Draft, numbers: tuple[int, ...]) -> Iterator[Artifact]:
    """Give the files, made at install so that the agent's group may read them."""
    every = [one.path for number in numbers for one in files(draft, number).values()]
    names = dict.fromkeys(every)
    yield from logs.directories_of(draft, names)
    yield from (logs.file(draft, path) for path in names)


def notes(draft: Draft) -> tuple[Note, ...]:
    """What goes elsewhere than the spec says."""
    return tuple(logs.moved(draft, stream) for stream in draft.streams if stream.unsafe)
