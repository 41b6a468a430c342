"""`compile`, `validate`, `explain`: what a spec means, without touching the host's services."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pa_units import __version__
from pa_units.compile import assumed, packaging
from pa_units.compile.assumed import Machine
from pa_units.compile.explain import Explanation, explanation
from pa_units.compile.packaging import HELPERS, Layout
from pa_units.compile.place import texts
from pa_units.compile.support.way import Target
from pa_units.contracts.bundle import Artifact, Kind, Level
from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.facts import Facts
from pa_units.drive import choose
from pa_units.kit.errors import UsageError
from pa_units.kit.files import write_whole
from pa_units.spec.problems import Problem, ordered
from pa_units.verbs import install, specs
from pa_units.verbs.here import Here
from pa_units.verbs.specs import Compiled, Loaded


class Wanted(NamedTuple):
    """For which machine, and for whose directories."""

    machine: Machine | None = None
    """None: this one"""
    layout: Layout = Layout.HOST


class Tree(NamedTuple):
    """The files of a compiled spec, and what there is to note."""

    files: tuple[Artifact, ...]
    problems: tuple[Problem, ...]


class Explained(NamedTuple):
    """What `explain` says of every agent, and what there is to note."""

    agents: tuple[Explanation, ...]
    problems: tuple[Problem, ...]
    notes: Mapping[str, tuple[Problem, ...]]
    """the problems by the agent in whose lines they stand"""


THIS_MACHINE = Wanted()

TARGETS = {Target.SYSTEMD: SYSTEMD, Target.RUN: BUILTIN}
"""What compile writes for, and the driver that reads it."""


def wanted(machine: str, layout: str, scope: str | None, driver: str = "") -> Wanted:
    """Read `--for` and `--layout`; `scope` is that of `--system` or `--user`. Raises UsageError."""
    if machine and driver == BUILTIN:
        raise UsageError(
            "cannot compile for the built-in supervisor of another machine",
            "its plans hold what is found on the host: leave --for out, and compile there",
        )
    if layout == Layout.VENDOR and not machine:
        raise UsageError(
            "cannot lay out files for a package: --for does not say for which machine",
            "such as --for debian=12 or --for systemd=257,scope=user",
        )
    if not machine:
        return Wanted()
    of = assumed.machine(machine if scope is None else f"{machine},scope={scope}")
    return Wanted(of, Layout(layout))


def compile_files(
    at: Here, paths: Sequence[str], want: Wanted = THIS_MACHINE, *, strict: bool = False
) -> Tree:
    """Compile spec files. Raises SpecRefused with all problems at once."""
    loaded = specs.read(paths)
    facts = _facts(at, loaded, want)
    compiled = specs.compiled(loaded, facts)
    local = _paths_of_this_machine(loaded) if want.machine else ()
    problems = specs.refuse_errors(ordered((*compiled.problems, *local)), strict=strict)
    agents = tuple(zip(loaded.agents, compiled.bundle.agents, strict=True))
    files = packaging.files(agents, facts.host.scope, want.layout)
    return Tree(files, problems)


def _paths_of_this_machine(loaded: Loaded) -> Iterator[Problem]:
    """Relative paths were made absolute from where the spec stands now."""
    for agent in loaded.agents:
        origin = loaded.origins.get(agent.name)
        base = f"{os.path.dirname(origin) if origin else os.getcwd()}/"
        for loc, text in texts(agent):
            if text.startswith(base) and base != "/":
                yield Problem(
                    Level.WARNING,
                    "path-of-this-machine",
                    f"{agent.name}: {text} lies beside this spec: is it on the other machine too?",
                    "write absolute paths into specs that are compiled for another one",
                    loaded.documents[agent.name].locate(agent.name, loc),
                )


def _facts(at: Here, loaded: Loaded, want: Wanted) -> Facts:
    if want.machine is None:
        return install.facts_of(at, loaded, choose.checked(at.driver) if at.driver else "")
    where = packaging.places_of(want.machine.scope, want.layout)
    vendor = want.layout is Layout.VENDOR
    helpers = HELPERS if vendor else f"{where.helpers}/{__version__}"
    return assumed.facts(loaded.agents, assumed.host(want.machine, where, helpers))


def write_tree(kept: Sequence[Artifact], directory: str) -> tuple[str, ...]:
    """Write artifacts below a directory and return where they stand."""
    found = []
    for artifact in kept:
        where = directory.rstrip("/") + artifact.path.removeprefix("~")
        os.makedirs(os.path.dirname(where), exist_ok=True)
        if artifact.kind is Kind.LINK:
            _link(artifact.text, where)
        else:
            write_whole(where, artifact.text.encode(), artifact.mode)
        found.append(where)
    return tuple(found)


def _link(target: str, where: str) -> None:
    if os.path.islink(where):
        os.unlink(where)
    os.symlink(target, where)


class Validated(NamedTuple):
    """What spec files hold when none of them has an error."""

    agents: int
    problems: tuple[Problem, ...]
    """warnings and notes"""


def validate(paths: Sequence[str]) -> Validated:
    """Read spec files; raises SpecRefused with every problem if one is an error."""
    loaded = specs.read(paths)
    return Validated(len(loaded.agents), specs.refuse_errors(loaded.problems))


def explain(at: Here, paths: Sequence[str], want: Wanted = THIS_MACHINE) -> Explained:
    """Say what agents will do; errors of the host are told, not raised."""
    loaded = specs.read(paths)
    specs.refuse_errors(loaded.problems)
    facts = _facts(at, loaded, want)
    compiled: Compiled = specs.compiled(loaded, facts)
    agents = zip(loaded.agents, compiled.bundle.agents, strict=True)
    return Explained(
        tuple(explanation(agent, bundle, facts) for agent, bundle in agents),
        compiled.problems,
        _by_agent(loaded, compiled.problems),
    )


def _by_agent(loaded: Loaded, problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    """Sort problems by the last agent that begins above them in their file."""
    begins = [(*document.locate(name, ())[:2], name) for name, document in loaded.documents.items()]
    found: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        file, line = problem.mark.file, problem.mark.line
        above = [begin for begin in begins if begin[0] == file and begin[1] <= line]
        if above:
            name = max(above)[2]
            found[name] = (*found.get(name, ()), problem)
    return found
