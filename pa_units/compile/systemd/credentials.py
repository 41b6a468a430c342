"""Secrets that the agent gets as files, and those that come from files."""

from pa_units.compile import unit_paths
from pa_units.compile.part import Part, error
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.systemd.environment import SECRET_MODE
from pa_units.compile.unit_file import Directive
from pa_units.contracts.bundle import Artifact, Kind, Note
from pa_units.spec.parts import Secret


def part(draft: Draft) -> Part:
    """`LoadCredential=`: read by PID 1 at each start, shown to the agent alone below
    $CREDENTIALS_DIRECTORY."""
    if not draft.agent.secrets:
        return Part()
    kept = _kept(draft).items()
    return Part(tuple(_line(draft, name, one) for name, one in kept), values(draft), notes(draft))


def _kept(draft: Draft) -> dict[str, Secret]:
    return {name: one for name, one in draft.agent.secrets.items() if one.target == "file"}


def values(draft: Draft) -> tuple[Artifact, ...]:
    """The files of stored values."""
    return tuple(_value(draft, name, one) for name, one in _kept(draft).items() if not _path(one))


def _path(secret: Secret) -> str:
    """The file of a secret that comes from one, else ""."""
    kind, _, path = secret.source.partition(":")
    return path if kind == "file" else ""


def _line(draft: Draft, name: str, secret: Secret) -> Directive:
    path = _path(secret) or stored(draft, name)
    value = unit_paths.credential(name, path, instance=draft.replicated)
    return Directive("Service", "LoadCredential", value)


def stored(draft: Draft, name: str) -> str:
    """Where a value stands. No name of an agent holds `@`, so no other file has this name."""
    return f"{draft.host.places.secrets}/{draft.name}@{name}"


def _value(draft: Draft, name: str, secret: Secret) -> Artifact:
    template = f"${{{secret.source.removeprefix('env:')}}}"
    return Artifact(Kind.SECRET, stored(draft, name), mode=SECRET_MODE, value=template)


def notes(draft: Draft) -> tuple[Note, ...]:
    """What is wrong with files that hold secrets."""
    found = (_problem(draft, name, one) for name, one in draft.agent.secrets.items())
    return tuple(problem for problem in found if problem)


def _problem(draft: Draft, name: str, secret: Secret) -> Note | None:
    """Where others can replace the file, root would read any file of the host for the agent."""
    path = _path(secret)
    fact = draft.place.files.get(path)
    if fact is None:
        return None
    if fact.missing:
        reason, hint = "it is not there", "make it first"
    elif fact.unsafe and not draft.user_scope and draft.identity.user != "root":
        reason = f"{fact.unsafe}, so it could be made to stand for any file that root can read"
        hint = f"write 'from: env:{name}' and store the value: pa secret set {draft.name} {name}"
    else:
        return None
    return error(
        draft.name, ("secrets", name, "from"), "secret-file", f"cannot read {path}: {reason}", hint
    )
