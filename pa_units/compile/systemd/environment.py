"""Variables of an agent. `Environment=` is readable by anyone over D-Bus, so only literals go
there; whatever comes from the installer or the secret store stands in a file that PID 1 reads."""

from collections.abc import Iterator

from pa_units.compile import unit_commands, unit_paths
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, note, warning
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive
from pa_units.contracts.bundle import Artifact, Kind, Note
from pa_units.spec.parts import EnvFile
from pa_units.spec.template import literal

SECRET_MODE = 0o600


def secret_file(draft: Draft) -> str:
    """The environment file of one agent, in a directory that its owner alone may enter."""
    return f"{draft.host.places.secrets}/{draft.name}.env"


def part(draft: Draft) -> Part:
    """`Environment=` and `EnvironmentFile=`, and the file's template."""
    given = (unit_commands.assignment(*one) for one in literals(draft))
    lines = (*(Directive("Service", "Environment", one) for one in given), *_env_files(draft))
    artifact = secret(draft)
    if artifact is None:
        return Part(lines, notes=notes(draft))
    # The last one: systemd lets later files win over earlier ones.
    own = Directive("Service", "EnvironmentFile", _file(draft, artifact.path))
    return Part((*lines, own), (artifact,), notes(draft))


def literals(draft: Draft) -> Iterator[tuple[str, str]]:
    """Variables whose value may be read by anyone."""
    if draft.agent.env_file:
        return
    for name, raw in draft.agent.env.items():
        if (value := literal(raw)) is not None:
            yield name, value


def secret(draft: Draft) -> Artifact | None:
    """The environment file of all other variables; None where there are none."""
    in_file, files = _in_file(draft), _from_files(draft)
    if not (in_file or files):
        return None
    path = secret_file(draft)
    return Artifact(Kind.SECRET, path, mode=SECRET_MODE, env=in_file, files=files or None)


def _in_file(draft: Draft) -> dict[str, str]:
    """Variables for the file. With an `env_file` all of them: systemd lets files win over
    `Environment=`, while the spec's own `env` wins over both."""
    env = draft.agent.env
    every = bool(draft.agent.env_file)
    chosen = {name: raw for name, raw in env.items() if every or literal(raw) is None}
    return chosen | {
        name: f"${{{one.source.removeprefix('env:')}}}"
        for name, one in draft.agent.secrets.items()
        if one.target == "env" and one.source.startswith("env:")
    }


def _env_files(draft: Draft) -> tuple[Directive, ...]:
    return tuple(
        Directive("Service", "EnvironmentFile", _file(draft, entry.path, entry.required))
        for entry in draft.agent.env_file
    )


def _file(draft: Draft, path: str, required: bool = True) -> text.UnitText:
    return unit_paths.glob_path(path, required=required, instance=draft.replicated)


def _from_files(draft: Draft) -> dict[str, str]:
    """Variables whose value stands in a file: systemd has no line for that, so an install copies
    it."""
    return {
        name: one.source.removeprefix("file:")
        for name, one in draft.agent.secrets.items()
        if one.target == "env" and one.source.startswith("file:")
    }


def notes(draft: Draft) -> tuple[Note, ...]:
    """What is missing, or can be replaced by others."""
    return tuple(
        found
        for index, entry in enumerate(draft.agent.env_file)
        for found in (_missing(draft, index, entry), _redirected(draft, index, entry))
        if found
    )


def _missing(draft: Draft, index: int, entry: EnvFile) -> Note | None:
    fact = draft.place.files.get(entry.path)
    if fact is None or not fact.missing or not entry.required:
        return None
    text = f"{entry.path} is not there: the agent cannot start without it"
    hint = "make it, or let it be absent: {path: FILE, required: false}"
    return warning(draft.name, ("env_file", index), "env-file-missing", text, hint)


def _redirected(draft: Draft, index: int, entry: EnvFile) -> Note | None:
    """Common (a .env beside the program), so it is said, not refused."""
    fact = draft.place.files.get(entry.path)
    if fact is None or not fact.unsafe or draft.user_scope or draft.identity.user == "root":
        return None
    return note(
        draft.name,
        ("env_file", index),
        "env-file-unsafe",
        f"PID 1 reads {entry.path} as root, but {fact.unsafe}: whoever can replace it has the "
        "NAME=value lines of any file read for the agent",
        "keep it where root alone may write, or use 'env' with 'pa secret set'",
    )
