"""`pa status` of 500 agents on the built-in supervisor, beside that of one, and beside
`supervisorctl status` of as many programs if supervisor is in PATH.

`.venv/bin/python contrib/bench/supervisor/status.py [AGENTS]`. The agents run `sleep`, as whoever
runs this bench: what is measured is the whole process of `pa`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from peers import available
from rig import until, workshop
from turns import FLOOR, Limit, Row, command, measure, show

ROUNDS = 9
PA = str(Path(sys.executable).parent / "pa")
USER = "" if os.getuid() else "user: root, "


@contextmanager
def installed(count: int) -> Iterator[Row]:
    """Agents under a supervisor of their own; gives the row of their status."""
    with workshop() as home:
        lines = (f"  - {{name: agent-{n:03}, {USER}cmd: [sleep, '1000000']}}" for n in range(count))
        (home / "agents.yaml").write_text("\n".join(["agents:", *lines]) + "\n")
        env = os.environ | {"PA_HOME": str(home)}
        argv = [PA, "install", "--driver", "builtin", str(home / "agents.yaml")]
        subprocess.run(argv, env=env, check=True, stdout=subprocess.DEVNULL)
        yield command(["env", f"PA_HOME={home}", PA, "status"])
        subprocess.run([PA, "supervisor", "stop"], env=env, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def supervisord(count: int) -> Iterator[Row]:
    """The peer."""
    with workshop() as work:
        subject = next(one for one in available(work) if one.name == "supervisord")
        subject.configure({f"agent-{n:03}": ["/bin/sleep", "1000000"] for n in range(count)})
        subject.up()
        socket = work / "supervisord.sock"
        until(socket.exists, "the start of supervisord")
        yield command(["supervisorctl", "-s", f"unix://{socket}", "status"], (0, 3))
        subject.down()


def main(count: int) -> int:
    """Print a table; 1 if the promise is not kept."""
    many, one = f"pa status of {count}", "pa status of 1"
    with installed(1) as of_one, installed(count) as of_many:
        rows = {FLOOR: command([sys.executable, "-c", "pass"]), one: of_one, many: of_many}
        if not shutil.which("supervisorctl"):
            taken = measure(rows, ROUNDS)
        else:
            with supervisord(count) as peer:
                taken = measure(rows | {f"supervisorctl status of {count}": peer}, ROUNDS)
    good = show("the built-in supervisor", taken, [Limit(many, one, 2.5)], FLOOR)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
