"""`debug`: everything about agents that somebody else needs to help, without secrets."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pa_units import __version__
from pa_units.contracts import inventory
from pa_units.contracts.bundle import Kind
from pa_units.contracts.ledger import Installed
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.judge import findings
from pa_units.diagnose.redact import Redactor, of_variables, of_words
from pa_units.kit.errors import PaError
from pa_units.kit.files import read_if_present, write_whole
from pa_units.observe.unit_files import parsed
from pa_units.verbs import doctor, files, log_sources
from pa_units.verbs.diagnose import evidence
from pa_units.verbs.here import Here
from pa_units.verbs.log_sources import Wanted
from pa_units.write import envfile

_LINES = 2000
"""Of the journal, and of each log file"""
_MODE = 0o600
"""Redacted as it is: it still tells a lot."""
_ABOUT = f"""\
What pa {__version__} knows of some agents, for somebody who helps.

host.json          the host, as pa doctor has it
NAME/diagnosis.json  what pa diagnose finds
NAME/status.json   state, properties that systemd has, files that changed, last runs
NAME/spec.yaml     the spec as it was installed
NAME/files/        generated units and the admin's drop-ins
NAME/log.txt       the last lines of the journal and of its log files

Values of secrets are taken out wherever they stand, and so is what stands where secrets do; what
could not be read on this host is named in NAME/status.json. Look through it before you hand it on.
"""


class Packed(NamedTuple):
    """A zip file, and what is in it."""

    content: bytes
    names: tuple[str, ...]
    secrets: int
    """values that were looked for"""


def pack(at: Here, agents: Sequence[Installed]) -> Packed:
    """Gather, redact, pack. A source that does not answer is named in what is packed."""
    seen = evidence(at, [one for agent in agents for one in agent.each])
    secrets = tuple({value for one in seen for value in _secrets(at, one)} - {""})
    redact = Redactor(secrets)
    texts = {"README.txt": _ABOUT, "host.json": _json(_host(at))}
    for one in seen:
        texts |= {f"{one.agent.name}/{name}": text for name, text in _about(at, one).items()}
    return Packed(_zipped(texts, redact), tuple(sorted(texts)), len(secrets))


def write(packed: Packed, path: str) -> None:
    """Write it so that its owner alone may read it."""
    write_whole(path, packed.content, _MODE)


def _zipped(texts: Mapping[str, str], redact: Callable[[str], str]) -> bytes:
    packed = io.BytesIO()
    now = time.localtime()[:6]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(texts.items()):
            entry = zipfile.ZipInfo(name, now)
            entry.external_attr = _MODE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, redact(text))
    return packed.getvalue()


def _host(at: Here) -> list[dict[str, object]]:
    return [point._asdict() for point in doctor.doctor(at)]


def _about(at: Here, seen: Evidence) -> dict[str, str]:
    """The texts about one agent, by name."""
    agent = seen.agent
    return {
        "diagnosis.json": _json([one._asdict() for one in findings(seen)]),
        "status.json": _json(_status(seen)),
        "spec.yaml": _text(f"{at.places.agents}/{agent.name.partition('@')[0]}.yaml"),
        **{f"files{path}": text for path, text in _files(at, seen)},
        "log.txt": _log(at, agent),
    }


def _status(seen: Evidence) -> dict[str, object]:
    return {
        "agent": seen.agent._asdict(),
        "status": seen.status._asdict() if seen.status else None,
        "not_answered": [seen.silent, *seen.unknown],
        "changed": [one._asdict() for one in seen.changed],
        "runs": [run._asdict() for run in seen.runs],
        "program": seen.program._asdict() if seen.program else None,
        "rooms": [room._asdict() for room in seen.rooms],
        "properties": dict(seen.properties),
    }


def _files(at: Here, seen: Evidence) -> Iterator[tuple[str, str]]:
    """Generated files and drop-ins, by path. Files of secrets are none of them."""
    agent = seen.agent._replace(name=seen.agent.name.partition("@")[0])
    yield from files.generated(at, agent)
    paths = {one.path for one in seen.settings if ".d/" in one.path}
    yield from ((path, _text(path)) for path in sorted(paths))


def _text(path: str) -> str:
    try:
        content = read_if_present(path)
    except PaError as error:
        return error.message
    return f"{path} is gone\n" if content is None else content.decode(errors="replace")


def _log(at: Here, agent: Installed) -> str:
    """What it printed, and what its manager said, as far as that can be read."""
    found = log_sources.sources([agent])
    units = dict.fromkeys((*agent.workers, *agent.doors), agent.name)
    wanted = Wanted(lines=_LINES, of_file=_LINES)
    lines: list[str] = []
    try:
        for line in log_sources.journal_lines(at, units, wanted):
            who = "manager: " * line.by_manager
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(line.time_us / 1e6))
            lines.append(f"{stamp} {who}{line.text}")
    except PaError as error:
        lines.append(f"the journal: {error.message}")
    try:
        for block in log_sources.blocks(found, wanted):
            lines += [f"{line.stream}: {line.text}" for line in block.lines]
    except PaError as error:
        lines.append(f"its log files: {error.message}")
    return "\n".join([*lines, ""])


def _secrets(at: Here, seen: Evidence) -> Iterator[str]:
    """Every value that is known to be secret: of its secret files, and what stands in its spec,
    unit and drop-ins where secrets do."""
    state = inventory.read(at.places, at.root)
    name = seen.agent.name.partition("@")[0]
    for path in state.agents.get(name, ()):
        if state.files[path].kind is Kind.SECRET:
            yield from _values(path)
    yield from _of_settings(seen)
    if seen.spec is None:
        return
    yield from of_variables(seen.spec.env.items())
    yield from of_words(seen.spec.cmd.words)
    for entry in seen.spec.env_file:
        yield from _values(entry.path)
    for secret in seen.spec.secrets.values():
        kind, _, path = secret.source.partition(":")
        if kind == "file":
            yield from _values(path)


def _values(path: str) -> Iterator[str]:
    """The values of an environment file, or a file as a whole."""
    try:
        content = read_if_present(path) or b""
    except PaError:
        return
    text = content.decode(errors="replace")
    pairs = envfile.parse(content)
    plain = {one.key: one.value.strip("\"'") for one in parsed(text, path)}
    yield from (pairs or plain).values()
    if pairs or plain:
        yield from plain.values()
    else:
        yield text.strip()


def _of_settings(seen: Evidence) -> Iterator[str]:
    """What drop-ins and units have in their lines of variables and commands."""
    import shlex

    for one in seen.settings:
        if one.key not in ("Environment", "ExecStart", "SetCredential"):
            continue
        try:
            words = shlex.split(one.value)
        except ValueError:
            words = one.value.split()
        yield from of_words(words)
        yield from of_variables((word.partition("=")[0], word.partition("=")[2]) for word in words)
        if one.key == "SetCredential":
            yield one.value.partition(":")[2]


def _json(value: object) -> str:
    return json.dumps(value, indent=1, default=_plain, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    """Bytes as hex, everything else as it prints."""
    return value.hex() if isinstance(value, bytes) else str(value)
