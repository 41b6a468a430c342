"""A plan and the state of the host → what is to be launched."""

import os
import stat
from collections.abc import Callable, Collection, Mapping

from pa_units.contracts.run_plan import Command, RunPlan
from pa_units.contracts.run_state import EXITED, Unit
from pa_units.supervisor import accounts, credentials
from pa_units.supervisor.accounts import Identity, NoAccount
from pa_units.supervisor.environment import Unreadable, environment, expand
from pa_units.supervisor.launch import Failed, Launch
from pa_units.supervisor.proc import HOOK_VARIABLE, RUN_VARIABLE
from pa_units.supervisor.zygote import CHDIR, STDOUT

_RESOURCES = 30
"""A file that is needed cannot be read: not among systemd's codes, where it is `resources`."""

_DEFAULT_UMASK = 0o022

Streams = Callable[[RunPlan, int], tuple[str, str]]


class LaunchBuilder:
    """Knows who agents are, so that passwd is not read at each restart."""

    def __init__(self, streams: Streams, runtime: str, locale: str) -> None:
        """`streams` opens the pipes of a plan for a user number; credentials go to `runtime`."""
        self._streams = streams
        self._runtime = runtime
        self._locale = locale
        self._known: dict[tuple[str, str], Identity] = {}
        self._known_starts: dict[str, Launch] = {}

    def forget(self) -> None:
        """Ask passwd and group anew."""
        self._known.clear()
        self._known_starts.clear()

    def number(self, plan: RunPlan, unit: Unit, taken: Callable[[str], Collection[int]]) -> int:
        """Return the user number of a unit that has no user: the one it had, or a new one."""
        if not plan.dynamic or os.getuid():
            return -1
        if unit.uid >= 0:
            return unit.uid
        return accounts.free_number(plan.agent, plan.state_directory, taken(plan.agent))

    def takes_rights(self, plan: RunPlan, unit: Unit) -> bool:
        """Is it started by way of another process?"""
        return bool(plan.user or plan.nice or plan.tasks) or unit.uid >= 0

    def main(self, plan: RunPlan, unit: Unit, run: str = "") -> Launch:
        """Return how to start the main process of a unit. Raises Failed.

        Between two starts only the id of the run differs, unless files are read that may change.
        """
        known = self._known_starts.get(plan.unit) or self.launch(plan, unit, plan.main)
        if not plan.env_files and not plan.credentials:
            self._known_starts[plan.unit] = known
        return known._replace(env=known.env | {RUN_VARIABLE: run or unit.run})

    def launch(self, plan: RunPlan, unit: Unit, command: Command, role: str = "") -> Launch:
        """Return how to start `command` for a unit; `role` is what a command beside the main
        process is for. Raises Failed."""
        try:
            identity = self._identity(plan, unit)
            variables = environment(plan, identity, unit.run, self._locale)
            _make_directory(plan, identity)
            if plan.credentials:
                place = credentials.hand_over(self._runtime, plan, identity)
                variables[credentials.VARIABLE] = place
            out, err = self._streams(plan, identity.uid)
        except NoAccount as error:
            raise Failed(error.status, error.words) from None
        except Unreadable as error:
            raise Failed(_RESOURCES, str(error)) from None
        except OSError as error:
            words = str(error.strerror).lower()
            raise Failed(STDOUT, f"cannot open the log pipe {error.filename}: {words}") from None
        return Launch(
            program=_found(command.program, variables),
            argv=expand(command.words, variables),
            env=variables | (_facts(unit, role) if role else {}),
            cwd=plan.cwd,
            umask=_DEFAULT_UMASK if plan.umask < 0 else plan.umask,
            stdout=out,
            stderr=err,
            open_files=plan.open_files,
            tasks=plan.tasks,
            nice=plan.nice,
            identity=identity,
        )

    def _identity(self, plan: RunPlan, unit: Unit) -> Identity:
        if unit.uid >= 0:
            return accounts.numbered(unit.uid, plan.state_directory or "/")
        key = (plan.user, plan.group)
        if key not in self._known:
            found = accounts.named(*key) if plan.user else accounts.own()
            self._known[key] = found
        return self._known[key]


def _found(program: str, variables: Mapping[str, str]) -> str:
    """A bare name is looked up in the agent's own PATH; where it is nowhere execve(2) says so."""
    if "/" in program:
        return program
    candidates = (f"{directory}/{program}" for directory in variables["PATH"].split(":"))
    return next((path for path in candidates if os.access(path, os.X_OK)), program)


def _facts(unit: Unit, role: str) -> dict[str, str]:
    """What a hook may want to know: the names of systemd.exec(5)."""
    facts = {HOOK_VARIABLE: role, "SERVICE_RESULT": unit.result.replace(" ", "-")}
    if unit.pid:
        facts["MAINPID"] = str(unit.pid)
    if unit.code:
        facts["EXIT_CODE"] = "exited" if unit.code == EXITED else "killed"
        facts["EXIT_STATUS"] = str(unit.status)
    return facts


def _make_directory(plan: RunPlan, identity: Identity) -> None:
    """Make the directory of an agent without one, as `StateDirectory=` does."""
    path = plan.state_directory
    if not path:
        return
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        os.makedirs(path.rpartition("/")[0], exist_ok=True)
        os.mkdir(path, 0o750)
        found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode):
        raise Failed(CHDIR, f"cannot use {path}: it is no directory")
    if identity.uid >= 0 and found.st_uid != identity.uid:
        os.chown(path, identity.uid, identity.gid, follow_symlinks=False)
