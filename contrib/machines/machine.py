"""One container machine: boot, run commands in it, halt, cut the power, remove."""

import itertools
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from machines import cgroups, enter
from machines.disk import Disk
from machines.errors import BenchError

BOOT_TIMEOUT = 60.0  # s; 0.5 to 1 s on an idle host
HALT_TIMEOUT = 20.0  # s; 0.3 to 2 s on an idle host
POLL = 0.02
# --register=no: the host needs no machined. --private-network: loopback only, so ports of machines
# never collide. The rest keeps settings of the host out of the machine.
NSPAWN = [
    *("systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network"),
    *("--settings=no", "--link-journal=no", "--resolv-conf=off", "--timezone=off"),
]
NSPAWN_RUN = Path("/run/systemd/nspawn")

_numbers = itertools.count(1)


class Machine:
    """A machine made of a cached root tree and layers; `with machine:` boots it.

    Leaving the `with` block cuts the power and removes the disk. Instances are independent: any
    number may run at once, in any number of processes.
    """

    def __init__(self, disk: Disk) -> None:
        self.name = disk.home.name
        self.disk = disk
        self.group = cgroups.unified() / f"pa-bench-{self.name}"
        self._nspawn: subprocess.Popen[bytes] | None = None

    @classmethod
    def create(cls, root: Path, layers: Sequence[Path] = (), name: str | None = None) -> "Machine":
        """A new machine with a disk of its own. Raises BenchError when the name is taken."""
        unique = f"{root.name.partition('-')[0]}-{os.getpid()}-{next(_numbers)}"
        return cls(Disk.create(name or unique, root, layers))

    @classmethod
    def attach(cls, name: str) -> "Machine":
        """The machine `name`, made by another process. Raises BenchError if there is none."""
        return cls(Disk.open(name))

    def __enter__(self) -> "Machine":
        try:
            self.boot()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()

    @property
    def pid(self) -> int:
        """Pid on the host of the machine's PID 1. Raises BenchError when the machine is down."""
        pids = cgroups.members(self.group / "payload" / "init.scope")
        if not pids:
            raise BenchError(f"machine {self.name} is not running{self._console_tail()}")
        return pids[0]

    @property
    def bus_address(self) -> str:
        """D-Bus address of the machine's system bus, for a client on the host that is root."""
        return f"unix:path=/proc/{self.pid}/root/run/dbus/system_bus_socket"

    @property
    def console(self) -> Path:
        """What the machine printed on its console since it was made."""
        return self.disk.home / "console"

    def boot(self) -> None:
        """Boot and wait until PID 1 says `running` or `degraded`. Raises BenchError."""
        groups = cgroups.create(self.group.name)
        with self.console.open("ab") as console:
            self._nspawn = subprocess.Popen(
                ["unshare", "--mount", "--", "sh", "-euc", self._launcher(groups)],
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_up()

    def run(
        self,
        argv: Sequence[str],
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        input: str | None = None,  # noqa: A002 (the name subprocess.run has)
        check: bool = True,
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run `argv` in the machine as root or `user`, with a fresh environment plus `env`.

        Raises BenchError when it exits with anything but 0 (unless `check=False`), or when it takes
        more than `timeout` seconds; then all its processes are killed.
        """
        command = enter.Command(self.pid, self.group / "payload", argv, user, env, cwd)
        done = enter.run(command, input, timeout)
        if check and done.returncode != 0:
            raise BenchError(enter.report(self.name, done))
        return done

    def start(
        self,
        argv: Sequence[str],
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> subprocess.Popen[str]:
        """Start `argv` as `run` does, but do not wait; output comes through pipes."""
        return enter.start(enter.Command(self.pid, self.group / "payload", argv, user, env, cwd))

    def shell(self, text: str, *, user: str | None = None, check: bool = True) -> str:
        """Run a bash script that stops at the first error; returns its output."""
        return self.run(["bash", "-euo", "pipefail", "-c", text], user=user, check=check).stdout

    def path(self, inside: str) -> Path:
        """The file `inside` seen from the host, valid while the machine runs. Absolute symlinks on
        the way are followed on the host: do not go through them."""
        return Path(f"/proc/{self.pid}/root") / inside.lstrip("/")

    def user_env(self, user: str) -> dict[str, str]:
        """Start the service manager of `user`; returns the environment that reaches it."""
        uid = self.run(["id", "-u", user]).stdout.strip()
        bus = f"/run/user/{uid}/bus"
        env = {
            "XDG_RUNTIME_DIR": f"/run/user/{uid}",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
        }
        self.run(["loginctl", "enable-linger", user])
        self._wait(lambda: self.path(bus).exists(), f"the bus of {user} to appear")
        waiting = ["systemctl", "--user", "is-system-running", "--wait"]
        self.run(waiting, user=user, env=env, check=False, timeout=BOOT_TIMEOUT)
        return env

    def halt(self) -> None:
        """Shut down cleanly; the disk stays. Kills what does not end in time, then raises."""
        # systemd(1): SIGRTMIN+4 is poweroff.target, as `systemctl poweroff` does
        os.kill(self.pid, signal.SIGRTMIN + 4)
        clean = cgroups.wait_empty(self.group, HALT_TIMEOUT)
        self.kill()
        if not clean:
            raise BenchError(f"machine {self.name} did not halt{self._console_tail()}")

    def kill(self) -> None:
        """Cut the power: every process ends at once; the disk stays, `boot` boots it again."""
        cgroups.kill(self.group)
        cgroups.wait_empty(self.group, HALT_TIMEOUT)
        if self._nspawn:
            self._nspawn.wait(HALT_TIMEOUT)
            self._nspawn = None
        cgroups.remove(self.group.name)
        self._forget()

    def remove(self) -> None:
        """Cut the power if need be and delete the disk."""
        self.kill()
        self.disk.remove()

    def _forget(self) -> None:
        """Remove what a killed nspawn leaves below /run."""
        if self.disk.root.exists():
            root = self.disk.root.stat()
            (NSPAWN_RUN / "locks" / f"inode-{root.st_dev}:{root.st_ino}").unlink(missing_ok=True)
        propagate = NSPAWN_RUN / "propagate" / self.name
        if propagate.exists():
            propagate.rmdir()

    def _launcher(self, groups: Sequence[Path]) -> str:
        """Shell script that becomes nspawn. The overlays are mounted in a mount namespace that ends
        with the machine, so nothing stays mounted, whatever happens to this process."""
        nspawn = [*NSPAWN, f"--machine={self.name}", f"--directory={self.disk.root}"]
        lines = [f"echo $$ >{shlex.quote(str(group / 'cgroup.procs'))}" for group in groups]
        lines += [shlex.join(mount) for mount in self.disk.mounts()]
        lines += ["exec " + shlex.join(nspawn)]
        return "\n".join(lines)

    def _wait_up(self) -> None:
        self._wait(self._has_init, "PID 1 to start")
        state = self.run(
            ["systemctl", "is-system-running", "--wait"], check=False, timeout=BOOT_TIMEOUT
        ).stdout.strip()
        if state not in ("running", "degraded"):
            raise BenchError(f"machine {self.name} is {state or 'dead'}{self._console_tail()}")

    def _has_init(self) -> bool:
        """systemd is PID 1 and listens: systemctl would fail before that."""
        if self._nspawn and self._nspawn.poll() is not None:
            raise BenchError(f"cannot boot {self.name}{self._console_tail()}")
        pids = cgroups.members(self.group / "payload" / "init.scope")
        return bool(pids) and Path(f"/proc/{pids[0]}/root/run/systemd/private").exists()

    def _wait(self, is_done: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + BOOT_TIMEOUT
        while not is_done():
            if time.monotonic() > end:
                raise BenchError(f"waited in vain for {what}{self._console_tail()}")
            time.sleep(POLL)

    def _console_tail(self) -> str:
        try:
            return f"\n--- console\n{self.console.read_text(errors='replace')[-2000:]}"
        except FileNotFoundError:
            return ""
