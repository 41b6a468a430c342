"""The foreign judge: `systemd-analyze verify` of each version has nothing to say about any case."""

import posixpath
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from golden_cases import CASES, artifacts, compile_case

from machines import Machine
from pa_units.compile.unit_file import parse, split_words
from pa_units.contracts.bundle import Artifact, Kind, Level
from pa_units.contracts.refs import Scope

TOP = "/srv/verify"
ZONE = "/usr/share/zoneinfo/Europe/Berlin"
"""known where tzdata is installed; systemd looks for the file and its first bytes"""
STUB_UNIT = "[Service]\nExecStart=/bin/true\n"
STUB = "#!/bin/sh\nexec sleep infinity\n"

Put = Callable[[str, str, int], None]
"""Write text to a path inside the machine, with a mode, unless something is there"""


@pytest.mark.parametrize("scope", Scope)
def test_verify_finds_nothing(machine: Machine, scope: Scope) -> None:
    version = int(machine.shell("systemctl --version | head -1").split()[1])
    trees = dict(_trees(version, scope))
    assert trees
    with _putting(machine) as put:
        put(ZONE, "TZif2", 0o644)
        for case, kept in trees.items():
            _copy(put, case, kept)
        said = _verify(machine, trees, scope)
    assert not said, "\n".join(f"{case}: {words}" for case, words in said.items())


def test_logrotate_finds_nothing(machine: Machine) -> None:
    """The other foreign judge: what it skips and why stands in its debug output as an error."""
    version = int(machine.shell("systemctl --version | head -1").split()[1])
    files = {
        f"{case}/{posixpath.basename(artifact.path)}": artifact.text
        for scope in Scope
        for case, kept in _trees(version, scope)
        for artifact in kept
        if artifact.kind is Kind.ROTATION
    }
    assert files
    with _putting(machine) as put:
        for name, text in files.items():
            put(f"{TOP}/{name}", text, 0o644)
        said = machine.shell(
            f"for f in {TOP}/*/*; do logrotate -d -s /root/state $f 2>&1 || echo failed; done"
        )
    assert said.count("considering log") >= len(files)
    assert not [line for line in said.splitlines() if line.startswith(("error", "failed"))]


def _trees(version: int, scope: Scope) -> Iterator[tuple[str, tuple[Artifact, ...]]]:
    """All cases of a scope that are not refused."""
    for case in CASES:
        found, facts = compile_case(case, version)
        refused = any(problem.severity is Level.ERROR for problem in found.problems)
        if facts.host.scope is scope and not refused:
            yield case.name, artifacts(found.bundle)


@contextmanager
def _putting(machine: Machine) -> Iterator[Put]:
    """Afterwards all is gone: a stub left in PATH would run for the tests that come next."""
    new: list[Path] = []

    def put(inside: str, text: str, mode: int) -> None:
        file = machine.path(inside)
        if file.exists() or file.is_symlink():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        new.append(file)

    try:
        yield put
    finally:
        for file in new:
            file.unlink()
        machine.shell(f"rm -rf {TOP}")


def _copy(put: Put, case: str, kept: Iterable[Artifact]) -> None:
    """Units into a directory of the case, helpers to their places, stubs for what units run."""
    for artifact in kept:
        if artifact.kind is Kind.HELPER:
            put(artifact.path, artifact.text, 0o755)
        elif artifact.kind is Kind.UNIT:
            put(f"{TOP}/{case}/{posixpath.basename(artifact.path)}", artifact.text, 0o644)
            for program in _programs(artifact.text):
                put(program, STUB, 0o755)

    for unit in _foreign_units(kept):
        put(f"{TOP}/{case}/{unit}", STUB_UNIT, 0o644)


_INSTANCES = ("i", "test_instance")
"""what verify makes of a template: 252, 257"""


def _foreign_units(kept: Iterable[Artifact]) -> Iterator[str]:
    """Services of others that ours need, and what verify takes for the instance of a template."""
    texts = [artifact.text for artifact in kept if artifact.kind is Kind.UNIT]
    ours = {posixpath.basename(a.path) for a in kept if a.kind is Kind.UNIT}
    needed = {
        name
        for text in texts
        for item in parse(text)
        if item.key in ("BindsTo", "Requires")
        for instance in _INSTANCES
        for name in item.value.replace("%i", instance).split()
    }
    yield from (name for name in needed - ours if name.endswith(".service"))


def _programs(unit: str) -> Iterator[str]:
    for item in parse(unit):
        if item.key.startswith("Exec") and item.value:
            path = split_words(item.value)[0].lstrip("-+:!@").replace("%%", "%")
            yield path if path.startswith("/") else f"/usr/bin/{path}"


def _verify(machine: Machine, cases: Iterable[str], scope: Scope) -> dict[str, str]:
    """What is said about each case that something is said about."""
    user = "bob" if scope is Scope.USER else None
    manager = "--user" if user else "--system"
    lines = [
        f"cd {TOP}/{shlex.quote(case)}; "
        f'printf "\\0%s\\0" {shlex.quote(case)}; '
        f"systemd-analyze {manager} verify --man=no $PWD/* 2>&1 || echo failed"
        for case in cases
    ]
    env = machine.user_env("bob") if user else None
    done = machine.run(["sh", "-c", "\n".join(lines)], user=user, env=env, timeout=300)
    pieces = done.stdout.split("\0")[1:]
    return {
        case: words.strip()
        for case, words in zip(pieces[::2], pieces[1::2], strict=True)
        if words.strip()
    }
