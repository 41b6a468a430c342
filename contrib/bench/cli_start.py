"""Time what a user waits for before `pa` has done anything: one agent, as multiples of
`python -c pass` in the same environment.

On machines of the test bench: `.venv/bin/python contrib/bench/cli_start.py [SUITE…]`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from turns import FLOOR, PYTHON, Limit, command, inside, measure, show, told

ROUNDS = 31
LIMITS = (
    Limit("pa status NAME", FLOOR, 4.5),
    Limit("pa is-active NAME", FLOOR, 2.5),
    Limit("completion of a name", FLOOR, 3.0),
    Limit("a tab in bash", FLOOR, 3.0),
)
TAB = "compopt() { :; }; . /root/pa.bash; COMP_WORDS=(pa status o); COMP_CWORD=2; _pa pa o status"
"""What `pa status o<tab>` runs, the start of a shell and the reading of the script included."""
SPEC = "{name: one, cmd: [sleep, infinity]}\n"


def rows() -> None:
    """Runs in the machine."""
    found = {
        FLOOR: command([PYTHON, "-c", "pass"]),
        "pa is-active NAME": command(["pa", "is-active", "one"]),
        "pa status NAME": command(["pa", "status", "one"]),
        "pa status": command(["pa", "status"]),
        "pa status NAME --json": command(["pa", "status", "one", "--json"]),
        "completion of a name": command(["pa", "__names"]),
        "a tab in bash": command(["bash", "-c", TAB]),
        "pa --help": command(["pa", "--help"]),
        "pa list": command(["pa", "list"]),
        "pa logs NAME -n 5": command(["pa", "logs", "one", "-n", "5"]),
        "systemctl status NAME": command(["systemctl", "status", "one"]),
    }
    told(measure(found, ROUNDS))


def main(suites: list[str]) -> int:
    """Print one table per suite; 1 if a limit does not hold."""
    import machines

    good = True
    for suite in suites or ["bookworm", "trixie"]:
        with machines.make(suite) as machine:
            machine.path("/root/one.yaml").write_text(SPEC)
            machine.run(["pa", "install", "/root/one.yaml"])
            machine.shell("pa completion bash >/root/pa.bash")
            good = show(suite, inside(machine, Path(__file__).name), LIMITS, FLOOR) and good
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["--inside"]:
        rows()
    else:
        sys.exit(main(sys.argv[1:]))
