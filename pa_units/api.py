"""Everything that `pa` does, one Python call each.

    from pa_units.api import Pa

    pa = Pa()                       # root: the system's services; else your own
    pa.install("trading-bot.yaml")
    for agent in pa.status():
        print(agent.name, agent.state, agent.pid)

The methods have the names and the meaning of the commands; results are named tuples. What cannot
be done raises PaError: UsageError, PermissionProblem, NotInstalled, or SpecRefused with the
problems of a spec. Agents that do not come up raise nothing: see `Outcome.ok`.

Calls block; each stands alone, so that several may run in threads or processes at once.
"""

import os
from collections.abc import Iterator, Mapping, Sequence

from pa_units.contracts.ledger import Installed
from pa_units.contracts.scope import Scope
from pa_units.contracts.status import UP, AgentStatus, State
from pa_units.diagnose.point import Point
from pa_units.drive.choose import checked
from pa_units.kit.errors import NotInstalled, PaError, PermissionProblem, UsageError
from pa_units.spec.problems import Problem
from pa_units.verbs import (
    at_boot,
    author,
    boot,
    build,
    change,
    control,
    preflight,
    restarts,
    secrets,
    supervisor,
    trial_run,
)
from pa_units.verbs import debug as packing
from pa_units.verbs import diagnose as diagnosing
from pa_units.verbs import doctor as looking_after
from pa_units.verbs import events as happening
from pa_units.verbs import files as files_verb
from pa_units.verbs import health as asking
from pa_units.verbs import install as installing
from pa_units.verbs import lifecycle as acting
from pa_units.verbs import logs as reading
from pa_units.verbs import plan as planning
from pa_units.verbs import register as registering
from pa_units.verbs import rollback as going_back
from pa_units.verbs import security as rating
from pa_units.verbs import stats as measuring
from pa_units.verbs import status as looking
from pa_units.verbs import uninstall as removing
from pa_units.verbs import wait as waiting
from pa_units.verbs.act import Outcome
from pa_units.verbs.author import Formatted
from pa_units.verbs.build import Explained, Tree, Validated
from pa_units.verbs.debug import Packed
from pa_units.verbs.diagnose import Diagnosis
from pa_units.verbs.events import Event
from pa_units.verbs.health import Checked
from pa_units.verbs.here import here
from pa_units.verbs.install import Options, Result
from pa_units.verbs.log_sources import LogLine
from pa_units.verbs.one_run import Trial
from pa_units.verbs.plan import Plan
from pa_units.verbs.refusal import SpecRefused
from pa_units.verbs.restarts import Episode
from pa_units.verbs.rollback import RolledBack, Version
from pa_units.verbs.security import Rated
from pa_units.verbs.select import chosen, one
from pa_units.verbs.stats import Figures
from pa_units.verbs.supervisor import Running
from pa_units.verbs.trial_run import Bisection
from pa_units.verbs.uninstall import Removed
from pa_units.verbs.wait import Goal

__all__ = [
    "AgentStatus",
    "Bisection",
    "Checked",
    "Diagnosis",
    "Episode",
    "Event",
    "Explained",
    "Figures",
    "Formatted",
    "Goal",
    "Installed",
    "LogLine",
    "NotInstalled",
    "Outcome",
    "Pa",
    "PaError",
    "Packed",
    "PermissionProblem",
    "Plan",
    "Point",
    "Problem",
    "Rated",
    "Removed",
    "Result",
    "RolledBack",
    "Running",
    "Scope",
    "SpecRefused",
    "State",
    "Tree",
    "Trial",
    "UsageError",
    "Validated",
    "Version",
]

Words = str | Sequence[str]
"""One, or several."""
Agents = str | Sequence[str] | Sequence[Installed]
"""Names of agents, or globs, or what `Pa.agents` returned."""
Outcomes = tuple[Outcome, ...]


def _each(words: Words) -> Sequence[str]:
    return [words] if isinstance(words, str) else words


class Pa:
    """The agents of one scope."""

    def __init__(
        self,
        scope: str | None = None,
        *,
        driver: str = "",
        root: str = "",
        env: Mapping[str, str] | None = None,
    ) -> None:
        """`scope` is `system` or `user`; without it that of whoever runs this. `driver` is who
        supervises new agents, `systemd` or `builtin`; without it what the host has. `root` is a
        directory that stands for `/`: files are written below it, nothing is driven. `env` takes
        the place of os.environ, from which values for `${VAR}` come, too."""
        asked = None if scope is None else Scope(scope)
        known = os.environ if env is None else env
        self.at = here(asked, known, root, checked(driver) if driver else "")

    def agents(self, names: Words = (), *, labels: Words = ()) -> tuple[Installed, ...]:
        """The installed agents of these names and labels (`key` or `key=value`), else all."""
        everything = not (names or labels)
        return chosen(self.at, _each(names), everything=everything, labels=_each(labels))

    list = agents
    """The command for all of them."""

    # Specs become services.

    def install(
        self,
        paths: Words,
        *,
        dry_run: bool = False,
        force: bool = False,
        strict: bool = False,
        start: bool = True,
        wait: bool = True,
        user_changed: bool = False,
        confirm_within: float = 0.0,
        prune: bool = False,
    ) -> Result:
        """Install the agents of spec files and directories; `confirm_within` is in seconds."""
        options = Options(
            force=force,
            strict=strict,
            dry_run=dry_run,
            wait=wait,
            start=start,
            user_changed=user_changed,
            prune=prune,
            confirm_within=confirm_within,
        )
        return installing.install(self.at, _each(paths), options)

    apply = install
    """The same: `prune` uninstalls the agents that are gone from `paths`."""

    def plan(self, paths: Words, *, prune: bool = False, strict: bool = False) -> Plan:
        """What `apply` would do."""
        return planning.plan(self.at, _each(paths), prune=prune, strict=strict)

    def uninstall(self, agents: Agents, *, purge: bool = False, dry_run: bool = False) -> Removed:
        """Stop agents and remove their files; with `purge` logs, values and state as well."""
        return removing.uninstall(self.at, self._chosen(agents), purge=purge, dry_run=dry_run)

    unregister = uninstall

    def register(
        self,
        name: str,
        cmd: str,
        *,
        cwd: str = "",
        env: Mapping[str, str] | None = None,
        auto_start: bool = False,
        shell: bool = False,
        dry_run: bool = False,
    ) -> Result:
        """Install an agent without a spec file, and without starting it."""
        pairs = [f"{key}={value}" for key, value in (env or {}).items()]
        wanted = registering.Wanted(name, cmd, cwd, pairs, auto_start, shell)
        return registering.register(self.at, wanted, dry_run=dry_run)

    def set(self, name: str, fields: Mapping[str, str], *, dry_run: bool = False) -> Result:
        """Change fields, `{"resources.memory_limit": "1G"}`, in the spec and in what runs."""
        pairs = [f"{key}={value}" for key, value in fields.items()]
        source, text = change.assigned(self.at, self._one(name), pairs)
        return change.apply(self.at, source, text, Options(dry_run=dry_run))

    def edit(self, name: str, text: str, *, dry_run: bool = False) -> Result:
        """Put a text in the place of the spec that an agent came from, see `spec`."""
        source = change.editable(self.at, self._one(name))
        return change.apply(self.at, source, text.encode(), Options(dry_run=dry_run))

    def spec(self, name: str) -> str:
        """The text that `edit` opens."""
        return change.editable(self.at, self._one(name)).text.decode()

    def rollback(
        self,
        name: str,
        to: int = 0,
        *,
        force: bool = False,
        user_changed: bool = False,
        wait: bool = True,
        dry_run: bool = False,
    ) -> RolledBack:
        """Install version `to` of `history` again, or the one before the present one."""
        return going_back.rollback(
            self.at,
            self._one(name),
            to,
            force=force,
            user_changed=user_changed,
            wait=wait,
            dry_run=dry_run,
        )

    def history(self, name: str) -> tuple[Version, ...]:
        """The stored versions of an agent."""
        return tuple(going_back.history(self.at, self._one(name)))

    # Services are driven.

    def start(self, agents: Agents, *, wait: bool = True, dry_run: bool = False) -> Outcomes:
        """Start with a fresh restart budget, and wait until they are up."""
        return acting.start(self.at, self._chosen(agents), wait=wait, dry_run=dry_run)

    def stop(self, agents: Agents, *, wait: bool = True, dry_run: bool = False) -> Outcomes:
        """Stop; one that is stopped is no failure."""
        return acting.stop(self.at, self._chosen(agents), wait=wait, dry_run=dry_run)

    def restart(self, agents: Agents, *, wait: bool = True, dry_run: bool = False) -> Outcomes:
        """Restart, or start; a scheduled agent runs now."""
        return acting.restart(self.at, self._chosen(agents), wait=wait, dry_run=dry_run)

    def enable(self, agents: Agents, *, dry_run: bool = False) -> Outcomes:
        """Start at boot."""
        return boot.enable(self.at, self._chosen(agents), on=True, dry_run=dry_run)

    def disable(self, agents: Agents, *, dry_run: bool = False) -> Outcomes:
        """Do not start at boot."""
        return boot.enable(self.at, self._chosen(agents), on=False, dry_run=dry_run)

    def reload(self, agents: Agents, *, dry_run: bool = False) -> Outcomes:
        """Have agents read their own configuration again."""
        return control.reload(self.at, self._chosen(agents), dry_run=dry_run)

    def pause(self, agents: Agents, *, dry_run: bool = False) -> Outcomes:
        """Freeze all processes."""
        return control.pause(self.at, self._chosen(agents), dry_run=dry_run)

    def resume(self, agents: Agents, *, dry_run: bool = False) -> Outcomes:
        """Undo `pause`."""
        return control.resume(self.at, self._chosen(agents), dry_run=dry_run)

    def kill(
        self, agents: Agents, signal: str = "SIGTERM", *, whole: bool = False, dry_run: bool = False
    ) -> Outcomes:
        """Send a signal to the main process, or to all."""
        found = self._chosen(agents)
        return control.kill(self.at, found, signal, whole=whole, dry_run=dry_run)

    def wait(self, agents: Agents, goal: str = "running", *, timeout: float = 30.0) -> Outcomes:
        """Wait until agents are `running`, `healthy` or `stopped`, for `timeout` seconds."""
        return waiting.wait(self.at, self._chosen(agents), Goal(goal), timeout)

    # What runs is looked at.

    def status(self, names: Words = (), *, labels: Words = ()) -> tuple[AgentStatus, ...]:
        """The state of agents, of all without a name; with names also what has changed by hand."""
        return looking.statuses(self.at, _each(names), _each(labels), closely=bool(names))

    def health(self, names: Words = (), *, labels: Words = ()) -> tuple[Checked, ...]:
        """How agents answer their checks, of all that have one without a name."""
        return asking.checked(self.at, _each(names), _each(labels))

    def is_active(self, names: Words) -> bool:
        """Do all of them run?"""
        return all(one.state in UP for one in self.status(names))

    def is_failed(self, names: Words) -> bool:
        """Have all of them failed?"""
        return all(one.state is State.FAILED for one in self.status(names))

    def show(self, name: str) -> Mapping[str, object]:
        """The properties that systemd has of an agent's unit, by name."""
        return looking.properties(self.at, self._one(name))

    def stats(self, agents: Agents = "*") -> tuple[Figures, ...]:
        """CPU, memory, disk and tasks of agents, measured over half a second."""
        return measuring.figures(self.at, self._chosen(agents))

    def logs(
        self,
        agents: Agents,
        *,
        follow: bool = False,
        lines: int | None = None,
        since: str | None = None,
        until: str | None = None,
        grep: str = "",
    ) -> Iterator[LogLine]:
        """What agents print: the last `lines` of each, -1 for all; `follow` goes on without end."""
        wanted = reading.wanted(lines, since=since, until=until, grep=grep)
        each = [one for agent in self._chosen(agents) for one in agent.each]
        return (reading.follow if follow else reading.history)(self.at, each, wanted)

    def restarts(
        self, agents: Agents, *, since: str | None = None, until: str | None = None
    ) -> Sequence[Episode]:
        """The runs of agents and how they ended: `pa logs --type restart`."""
        wanted = reading.wanted(since=since, until=until)
        return restarts.of(self.at, self._chosen(agents), wanted)

    def diagnose(self, agents: Agents) -> tuple[Diagnosis, ...]:
        """Why agents do not run, or do not run well; the likeliest cause first."""
        return diagnosing.diagnose(self.at, self._chosen(agents))

    def test(
        self, agents: Agents, *, dry_run: bool = False, bisect: bool = False, seconds: float = 5.0
    ) -> Trial | Bisection | tuple[Point, ...]:
        """Run a stopped agent once in its sandbox, for up to `seconds`; with `bisect` find the
        walls that it needs open; with `dry_run` only what can be said without a start."""
        (agent,) = self._chosen(agents)
        if dry_run:
            return preflight.preflight(self.at, agent)
        run = trial_run.bisect if bisect else trial_run.try_out
        return run(self.at, agent, seconds)

    def security(self, names: Words = (), *, labels: Words = ()) -> tuple[Rated, ...]:
        """How systemd rates the sandboxes of agents; of one alone, which walls are open."""
        return rating.rate(self.at, _each(names), _each(labels))

    def debug(self, agents: Agents, path: str) -> Packed:
        """Pack all that somebody else needs to help into a zip file, without secrets."""
        packed = packing.pack(self.at, self._chosen(agents))
        packing.write(packed, path)
        return packed

    def events(
        self,
        names: Words = (),
        *,
        follow: bool = False,
        lines: int | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Iterator[Event]:
        """What happens to agents, of all without a name; with `follow` without end."""
        wanted = reading.wanted(lines, since=since, until=until)._replace(lines=lines)
        found = happening.follow if follow else happening.history
        yield from found(self.at, self.agents(names), wanted)

    def doctor(self) -> Sequence[Point]:
        """Whether this host is fit for agents."""
        return looking_after.doctor(self.at)

    def cat(self, name: str) -> Mapping[str, str]:
        """The generated files of an agent, by path."""
        return dict(files_verb.generated(self.at, self._one(name)))

    # Specs are read, and nothing is touched.

    def compile(
        self, paths: Words, *, machine: str = "", layout: str = "host", strict: bool = False
    ) -> Tree:
        """The files that a spec becomes, here or on `machine` (`debian=12`)."""
        want = build.wanted(machine, layout, None)
        return build.compile_files(self.at, _each(paths), want, strict=strict)

    def explain(self, paths: Words, *, machine: str = "") -> Explained:
        """What a spec will do, in words."""
        return build.explain(self.at, _each(paths), build.wanted(machine, "host", None))

    def validate(self, paths: Words) -> Validated:
        """Count agents; give warnings and notes. Errors are raised, all in one SpecRefused."""
        return build.validate(_each(paths))

    def fmt(self, path: str) -> Formatted:
        """A spec's text before and after formatting. It is not written."""
        return author.formatted(path)

    def schema(self) -> str:
        """The JSON Schema of specs."""
        return author.json_schema()

    def init(self, path: str, name: str = "my-agent", cmd: str = "sleep infinity") -> None:
        """Write a commented spec to start from."""
        author.start_file(path, name, cmd)

    # Values of ${VAR}.

    def secret_set(self, name: str, variable: str, value: str) -> bool:
        """Store a value; True if the agent is installed and has it from its next start on."""
        return secrets.set_value(self.at, name, variable, value)

    def secret_list(self, name: str) -> tuple[str, ...]:
        """Which variables have a stored value."""
        return secrets.names(self.at, name)

    def secret_rm(self, name: str, variable: str) -> None:
        """Forget a value."""
        secrets.remove(self.at, name, variable)

    # The built-in supervisor.

    def supervisor_status(self) -> Running:
        """Who supervises; pid 0 if nobody does."""
        return supervisor.status(self.at)

    def supervisor_run(self, paths: Words = (), *, foreground: bool = False) -> int:
        """Install the agents of `paths` and start it: its pid if it was started now, else 0. In
        the foreground it takes the place of this process."""
        supervisor.prepare(self.at, _each(paths))
        if foreground:
            supervisor.become(self.at)
        return supervisor.start(self.at)

    def supervisor_stop(self) -> Running:
        """Stop all of its agents, then it; what ran before."""
        return supervisor.stop(self.at)

    def supervisor_boot(self, way: str | None = None) -> at_boot.Entry:
        """What makes it start when the host boots, and where to put it."""
        return at_boot.entry(self.at, at_boot.Way(way) if way else None)

    def _one(self, name: str) -> Installed:
        return one(self.at, name)

    def _chosen(self, agents: Agents) -> Sequence[Installed]:
        given = [agents] if isinstance(agents, str) else agents
        names = [one for one in given if isinstance(one, str)]
        known = tuple(one for one in given if isinstance(one, Installed))
        return (*known, *(chosen(self.at, names) if names else ()))
