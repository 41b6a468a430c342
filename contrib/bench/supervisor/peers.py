"""Other supervisors, as far as their programs are in PATH: supervisor, circus and honcho (pip), pm2
(npm), runit, s6 and daemontools (the distribution)."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rig import Plain, Subject, mentioning

Commands = dict[str, list[str]]


def _quiet(argv: list[str], **env: str) -> None:
    subprocess.run(
        argv,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _supervisord(work: Path) -> Subject:
    logs = "stdout_logfile_maxbytes=20MB\nstdout_logfile_backups=30\n"

    def argv(commands: Commands) -> list[str]:
        programs = "".join(
            f"[program:{name}]\ncommand={shlex.join(words)}\nstartsecs=0\nautorestart=true\n"
            f"stdout_logfile={work}/supervisord/{name}.log\n{logs}"
            for name, words in commands.items()
        )
        head = (
            f"[supervisord]\nlogfile={work}/supervisord.log\npidfile={work}/supervisord.pid\n"
            f"[unix_http_server]\nfile={work}/supervisord.sock\n"
            "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory="
            "supervisor.rpcinterface:make_main_rpcinterface\n"
        )
        (work / "supervisord").mkdir(exist_ok=True)
        (work / "supervisord.conf").write_text(head + programs)
        return ["supervisord", "-n", "-s", "-c", str(work / "supervisord.conf")]

    return Plain("supervisord", argv)


def _circus(work: Path) -> Subject:
    def argv(commands: Commands) -> list[str]:
        watchers = "".join(
            f"[watcher:{name}]\ncmd = {words[0]}\nargs = {shlex.join(words[1:])}\n"
            for name, words in commands.items()
        )
        sockets = "".join(
            f"{end} = ipc://{work}/{end}\n" for end in ("endpoint", "pubsub_endpoint")
        )
        (work / "circus.ini").write_text(f"[circus]\ncheck_delay = 0.1\n{sockets}{watchers}")
        return ["circusd", "--log-output", str(work / "circus.log"), str(work / "circus.ini")]

    return Plain("circus", argv)


def _honcho(work: Path) -> Subject:
    def argv(commands: Commands) -> list[str]:
        lines = "".join(f"{name}: {shlex.join(words)}\n" for name, words in commands.items())
        (work / "Procfile").write_text(lines)
        return ["honcho", "-f", str(work / "Procfile"), "start"]

    return Plain("honcho", argv)


class Pm2:
    """It starts a daemon, which is what supervises."""

    name = "pm2"

    def __init__(self, work: Path) -> None:
        self._work = work
        self._env = {"PM2_HOME": str(work / "pm2")}

    def configure(self, commands: Commands) -> None:
        """Write an ecosystem file."""
        apps = [
            {"name": name, "script": words[0], "args": words[1:], "interpreter": "none"}
            for name, words in commands.items()
        ]
        (self._work / "pm2.json").write_text(json.dumps({"apps": apps}))

    def up(self) -> None:
        """Start them."""
        _quiet(["pm2", "start", str(self._work / "pm2.json")], **self._env)

    def pid(self) -> int:
        """Return that of the daemon."""
        return int((self._work / "pm2" / "pm2.pid").read_text())

    def down(self) -> None:
        """End it."""
        _quiet(["pm2", "kill"], **self._env)


def _scanned(name: str, program: str, work: Path, run: str = "#!/bin/sh\nexec {}\n") -> Subject:
    """Those that look for services in a directory."""

    def argv(commands: Commands) -> list[str]:
        for service, words in commands.items():
            directory = work / name / service
            directory.mkdir(parents=True)
            (directory / "run").write_text(run.format(shlex.join(words)))
            (directory / "run").chmod(0o755)
        return [program, str(work / name)]

    return Plain(name, argv)


KNOWN: dict[str, Callable[[Path], Subject]] = {
    "supervisord": _supervisord,
    "circusd": _circus,
    "honcho": _honcho,
    "pm2": Pm2,
    "runsvdir": lambda work: _scanned("runit", "runsvdir", work),
    "s6-svscan": lambda work: _scanned("s6", "s6-svscan", work),
    "svscan": lambda work: _scanned("daemontools", "svscan", work),
}
"""By the program that must be there."""


def available(work: Path, *without: str) -> list[Subject]:
    """Return those that are there, and say which are not."""
    there = {program: make(work) for program, make in KNOWN.items() if program not in without}
    missing = [program for program in there if not shutil.which(program)]
    if missing:
        print(f"not in PATH, so not measured: {', '.join(missing)}", file=sys.stderr)
    return [subject for program, subject in there.items() if program not in missing]


def instances(work: Path, ids: list[str]) -> dict[str, int]:
    """Return how many processes of each id run `hello`."""
    found = dict.fromkeys(ids, 0)
    for pid in mentioning(str(work / "hello")):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if words[0] == str(work / "hello").encode():
            found[words[2].decode()] += 1
    return found
