"""Variables of an agent. `Environment=` is readable by anyone over D-Bus, so only literals go
there; whatever comes from the installer or the secret store stands in a file that PID 1 reads."""

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Artifact, Kind
from pa_units.spec.template import Var, parse

SECRET_MODE = 0o600


def secret_file(draft: Draft) -> str:
    """The environment file of one agent, in a directory that its owner alone may enter."""
    return f"{draft.host.places.secrets}/{draft.name}.env"


def _in_file(draft: Draft) -> dict[str, str]:
    """Variables for the file. With an `env_file` all of them: systemd lets files win over
    `Environment=` and later files over earlier, while the spec's own `env` wins over both."""
    env = draft.agent.env
    if draft.agent.env_file:
        return dict(env)
    return {name: raw for name, raw in env.items() if not _literal(raw)}


def _literal(raw: str) -> bool:
    return not any(isinstance(part, Var) for part in parse(raw))


def part(draft: Draft) -> Part:
    """`Environment=` and `EnvironmentFile=`, and the file's template."""
    in_file = _in_file(draft)
    plain = {name: raw for name, raw in draft.agent.env.items() if name not in in_file}
    lines = tuple(
        Directive("Service", "Environment", text.assignment(name, "".join(map(str, parse(raw)))))
        for name, raw in plain.items()
    )
    files = tuple(
        Directive("Service", "EnvironmentFile", _file(draft, entry.path, entry.required))
        for entry in draft.agent.env_file
    )
    if not in_file:
        return Part(lines + files)
    own = directives("Service", ("EnvironmentFile", _file(draft, secret_file(draft))))
    artifact = Artifact(Kind.SECRET, secret_file(draft), mode=SECRET_MODE, env=in_file)
    return Part(lines + files + own, (artifact,))


def _file(draft: Draft, path: str, required: bool = True) -> text.UnitText:
    return text.glob_path(path, required=required, instance=draft.replicated)
