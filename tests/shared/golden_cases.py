"""Golden cases: what a spec compiles to, as a tree of texts."""

import json
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from pathlib import Path

import golden_facts

from pa_units.compile.explain import Explanation, explanation
from pa_units.contracts.bundle import Artifact, Bundle, Kind, Level
from pa_units.contracts.facts import Facts
from pa_units.spec.load import load
from pa_units.spec.problems import render
from pa_units.verbs.specs import Compiled, Loaded, compiled

HERE = Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent for path in HERE.glob("*/spec.yaml"))
VERSIONS = (252, 257)

BASE = "/srv/spec"
"""where the specs of all cases stand"""

_LISTED_ONLY = frozenset({Kind.HELPER, Kind.SPEC, Kind.DIRECTORY, Kind.STATE, Kind.LOG, Kind.LINK})
"""Without a text of their own: static programs, the canonical spec, names."""

Tree = dict[str, str]
"""path below the version's directory → text"""


def compile_case(case: Path, version: int) -> tuple[Compiled, Facts]:
    """Compile a case for a version of systemd."""
    data = (case / "spec.yaml").read_bytes()
    document = load(data, "spec.yaml", base=BASE)
    unusual = case / "facts.json"
    facts = golden_facts.facts(
        document.agents, version, json.loads(unusual.read_text()) if unusual.exists() else {}
    )
    documents = {agent.name: document for agent in document.agents}
    loaded = Loaded(document.agents, documents, document.problems, {}, {})
    return compiled(loaded, facts), facts


def tree(case: Path, version: int) -> Tree:
    """Everything that a case says and writes. A case that is refused has notes alone."""
    found, facts = compile_case(case, version)
    texts = {}
    if found.problems:
        texts["notes.txt"] = "\n\n".join(map(render, found.problems)) + "\n"
    if any(problem.severity is Level.ERROR for problem in found.problems):
        return texts
    kept = artifacts(found.bundle)
    # The modules of the companion are compared with what it imports, by tests/rules.
    listed = (artifact for artifact in kept if "/watchdog/pa_units/" not in artifact.path)
    texts["files.txt"] = "".join(sorted(map(_row, listed)))
    texts["explain.txt"] = _explained(found, facts)
    shown = (artifact for artifact in kept if artifact.kind not in _LISTED_ONLY)
    return texts | {artifact.path.lstrip("/"): _text(artifact) for artifact in shown}


def artifacts(bundle: Bundle) -> tuple[Artifact, ...]:
    """All artifacts of a bundle, those that agents share once."""
    found = {artifact.path: artifact for agent in bundle.agents for artifact in agent.artifacts}
    return tuple(found.values())


def _text(artifact: Artifact) -> str:
    if artifact.env is None:
        return artifact.text
    return "".join(f"{name}={value}\n" for name, value in artifact.env.items())


def _row(artifact: Artifact) -> str:
    if artifact.kind is Kind.LINK:
        return f"{artifact.path} -> {artifact.text}\n"
    about = f"{artifact.mode:04o} {artifact.owner}:{artifact.group}"
    return f"{artifact.path} {artifact.kind} {about}\n"


def _explained(found: Compiled, facts: Facts) -> str:
    agents = zip(found.loaded.agents, found.bundle.agents, strict=True)
    return "\n".join(_lines(explanation(agent, bundle, facts)) for agent, bundle in agents)


def _lines(one: Explanation) -> str:
    lines = (("agent", one.agent), *one.lines)
    return "".join(f"{topic.rjust(8)}  {words}\n" for topic, words in lines)


def expected(case: Path, version: int) -> Tree:
    """What stands on disk for a case."""
    top = case / str(version)
    files = (path for path in sorted(top.rglob("*")) if path.is_file())
    return {str(path.relative_to(top)): path.read_text() for path in files}


def update(case: Path, version: int, found: Tree) -> None:
    """Write a tree over the expected one."""
    top = case / str(version)
    for path in expected(case, version).keys() - found.keys():
        (top / path).unlink()
    for name, text in found.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    directories = (path for path in top.rglob("*") if path.is_dir())
    for path in sorted(directories, reverse=True):
        if not any(path.iterdir()):
            path.rmdir()


def difference(wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Whole files that are missing or surplus, and the lines that differ, as `diff -u` shows."""
    return "".join(
        line
        for path in sorted(wanted.keys() | found.keys())
        for line in _diff(path, wanted.get(path), found.get(path))
    )


def _diff(path: str, wanted: str | None, found: str | None) -> Iterable[str]:
    return unified_diff(
        (wanted or "").splitlines(keepends=True),
        (found or "").splitlines(keepends=True),
        f"expected/{path}" if wanted is not None else "/dev/null",
        f"compiled/{path}" if found is not None else "/dev/null",
    )
