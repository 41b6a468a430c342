"""Time `pa logs`: the last lines of a large file against those of a small one, and a search through
a rotated set against zgrep(1) on the same files.

Needs no machine: `.venv/bin/python contrib/bench/log_reads.py [MEGABYTES]`.
"""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from turns import Limit, command, measure, show

from pa_units.contracts import ledger
from pa_units.contracts.ledger import Installed, Ledger
from pa_units.contracts.refs import Scope, UnitRef

PA = str(Path(__file__).parents[2] / ".venv" / "bin" / "pa")
ROUNDS = 7
COPIES = 4
COPY_MB = 48
SMALL, LARGE = "pa logs -n 20, 1 MB", "pa logs -n 20, 1 GB"
SEARCHES = {
    "a word": "timeout id=12345",
    "a regex": "retry id=[0-9]*123 ms$",
    "in half of the lines": "info",
}
LIMITS = (
    Limit(LARGE, SMALL, 1.5),
    *(Limit(f"pa logs -g, {what}", f"zgrep -i, {what}", 1.0) for what in SEARCHES),
)
WORDS = ("order filled", "price", "connect", "retry", "heartbeat", "error: timeout")


def text(megabytes: float) -> bytes:
    """Lines as agents print them; gzip makes a fifth of them."""
    moment, lines, size = random.Random(1), [], 0
    while size < megabytes * 1e6:
        level = moment.choice(("INFO", "WARN"))
        line = b"2026-11-21T19:%02d:%02d.%06d %s bot[%d]: %s id=%d ms\n" % (
            *(moment.randrange(60), moment.randrange(60), moment.randrange(10**6)),
            *(level.encode(), moment.randrange(99)),
            *(moment.choice(WORDS).encode(), moment.getrandbits(40)),
        )
        lines.append(line)
        size += len(line)
    return b"".join(lines)


def repeated(path: Path, piece: bytes, megabytes: int) -> None:
    with path.open("wb") as file:
        for _ in range(int(megabytes * 1e6 / len(piece)) + 1):
            file.write(piece)


def fill(place: Path, megabytes: int) -> None:
    """Three agents: one with a small log, one with a large one, one with rotated copies."""
    piece = text(COPY_MB)
    for name, size in (("small", 1), ("large", megabytes)):
        repeated(place / f"{name}.log", piece[:1_000_000], size)
    rotated = place / "rotated.log"
    rotated.write_bytes(piece)
    for number in range(1, COPIES + 1):
        copy = Path(f"{rotated}.{number}")
        copy.write_bytes(piece)
        subprocess.run(["gzip", str(copy)], check=True)
        os.utime(f"{copy}.gz", (1e9 - number, 1e9 - number))
    agents = {name: agent(name, place / f"{name}.log") for name in ("small", "large", "rotated")}
    (place / "state").mkdir()
    (place / "state" / "ledger.json").write_bytes(ledger.encode(Ledger(agents)))


def agent(name: str, log: Path) -> Installed:
    unit = UnitRef(f"{name}.service", Scope.SYSTEM)
    return Installed(name, "", (unit,), auto_start=True, user="", logs={"stdout": str(log)})


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        place = Path(directory)
        fill(place, megabytes)
        os.environ["PA_HOME"] = directory
        last = [PA, "logs", "-n", "20", "-o", "cat"]
        files = [f"{place}/rotated.log.{number}.gz" for number in range(COPIES, 0, -1)]
        rows = {SMALL: command([*last, "small"]), LARGE: command([*last, "large"])}
        for what, pattern in SEARCHES.items():
            search = [PA, "logs", "rotated", "-o", "cat", "-g", pattern]
            peer = ["zgrep", "-ih", pattern, *files, f"{place}/rotated.log"]
            rows[f"pa logs -g, {what}"] = command(search)
            rows[f"zgrep -i, {what}"] = command(peer, codes=(0, 1))
        found = measure(rows, ROUNDS)
    return 0 if show("logs of files", found, LIMITS, SMALL) else 1


if __name__ == "__main__":
    sys.exit(main())
