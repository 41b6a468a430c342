"""`bootstrap.py demo --systemd`: the main job on a machine of the test bench, every step read back.

Prints each command before it runs it; exits 0 only if every step did what it says.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import machines
from machines import Machine

EXAMPLES = Path(__file__).parent / "examples"
HOME = "/home/kbot/trading"
SPEC = f"{HOME}/trading-bot.yaml"
KEY = {"TRADING_API_KEY": "demo-key"}


class Failed(Exception):
    """A step did not do what it says."""


def main() -> int:
    arguments = _arguments()
    if reason := machines.missing():
        print(f"demo: cannot boot a machine: {reason}", file=sys.stderr)
        return 1
    machines.build([arguments.suite])
    print(f"A machine of its own boots {arguments.suite}; nothing of this host is touched.\n")
    with machines.make(arguments.suite) as machine:
        try:
            play(machine)
        except Failed as failure:
            print(f"\ndemo: FAILED: {failure}", file=sys.stderr)
            return 1
    print("\nEvery step was read back. The machine is gone.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bootstrap.py demo --systemd")
    parser.add_argument("--suite", default="bookworm", choices=["bookworm", "trixie"])
    return parser.parse_args()


def play(machine: Machine) -> None:
    """Install, look, crash, explain, uninstall."""
    prepare(machine)
    shown(machine, f"pa install {SPEC}", env=KEY)
    shown(machine, "pa status")
    expect("the agent runs", state(machine) == "running")
    expect("it answers on its port", until(lambda: healthy(machine)))
    shown(machine, "pa logs trading-bot -n 3")
    crash(machine)
    shown(machine, "pa explain " + SPEC)
    shown(machine, "systemctl status trading-bot --no-pager --lines=0")
    shown(machine, "pa uninstall trading-bot --purge")
    expect("it is gone", not machine.path("/etc/systemd/system/trading-bot.service").exists())


def prepare(machine: Machine) -> None:
    """The user's program and spec, in a directory of the user who shall run it."""
    for name in ("trading_bot.py", "trading-bot.yaml"):
        machine.path(f"{HOME}/{name}").write_text((EXAMPLES / name).read_text())
    machine.path(f"{HOME}/prod.yaml").write_text("market: none\n")
    machine.run(["chown", "-R", "kbot:kbot", HOME])


def crash(machine: Machine) -> None:
    """Kill it and see systemd bring it back."""
    before = pid(machine)
    shown(machine, f"kill -9 {before}")
    start = time.monotonic()
    shown(machine, "pa status")
    expect("systemd starts it again", until(lambda: pid(machine) not in (0, before)))
    print(f"  back after {time.monotonic() - start:.1f} s, as pid {pid(machine)}\n")


def shown(machine: Machine, command: str, env: dict[str, str] | None = None) -> None:
    """Print a command, run it, print what it says."""
    given = "".join(f"{name}=… " for name in env or {})
    print(f"$ {given}{command}", flush=True)
    done = machine.run(["sh", "-c", command], env=env, check=False)
    print(done.stdout + done.stderr, flush=True)
    # status answers 3 while the agent waits for its restart: an answer, no failure.
    if done.returncode not in (0, 3):
        raise Failed(f"'{command}' ended with exit code {done.returncode}")


def expect(words: str, holds: bool) -> None:
    """Stop the demo at the first thing that is not so."""
    if not holds:
        raise Failed(f"not so: {words}")


def until(holds: Callable[[], bool], seconds: float = 15) -> bool:
    """Poll until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def item(machine: Machine) -> dict[str, object]:
    done = machine.run(["pa", "status", "trading-bot", "--json"], check=False)
    found: dict[str, object] = json.loads(done.stdout)[0]
    return found


def state(machine: Machine) -> object:
    return item(machine)["state"]


def pid(machine: Machine) -> object:
    return item(machine)["pid"]


def healthy(machine: Machine) -> bool:
    done = machine.run(["curl", "-sf", "localhost:8080/health"], check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
