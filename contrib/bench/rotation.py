"""Rotate a log that is written as fast as the disk takes it: are all lines there, once, whole and
in order, and how long does the writer wait? By our cut and, on another log, by copytruncate.

As root, with logrotate, on ext4 or xfs: `.venv/bin/python contrib/bench/rotation.py [MEGABYTES]`.
"""

import os
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parents[2]
CUT = HERE / "templates" / "helpers" / "cut"
ROTATE_ABOVE_MB = 100
SLOWEST_MB_S = 50
LINES = 40
"""in one write, about 4 kB: as stdio hands them over"""
FILLER = b"\x16"

WAYS = {
    "our cut": f'copy\n    postrotate\n        python3 -IS {CUT} "$1" "$2"\n    endscript',
    "copytruncate": "copytruncate",
}

WRITER = """
import array, os, sys, time
path, megabytes, times = sys.argv[1], int(sys.argv[2]), array.array("d")
fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
number, written = 0, 0
while written < megabytes * 1_000_000:
    numbers = range(number, number + LINES)
    data = b"".join(b"%010d %s\\n" % (one, b"x" * (one * 7 % 170)) for one in numbers)
    began = time.perf_counter()
    written += os.write(fd, data)
    times.append(time.perf_counter() - began)
    number += LINES
with open(path + ".times", "wb") as file:
    times.tofile(file)
print(number)
"""


class Told(NamedTuple):
    """What a run showed."""

    speed: float
    """MB/s"""
    rotations: int
    lost: int
    doubled: int
    torn: int
    moved: int
    p99_ms: float
    p999_ms: float
    longest_ms: float


def run(place: Path, how: str, megabytes: int) -> Told:
    """Write, rotate, and look at what is there."""
    log = place / "bench.log"
    config = place / "conf"
    config.write_text(f'"{log}"\n{{\n    su root root\n    rotate 1000\n    {how}\n}}\n')
    config.chmod(0o644)
    log.touch(0o640)
    writer = WRITER.replace("LINES", str(LINES))
    began, rotations = time.perf_counter(), 0
    with subprocess.Popen(
        [sys.executable, "-c", writer, str(log), str(megabytes)], stdout=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            if log.stat().st_size > ROTATE_ABOVE_MB * 1_000_000:
                rotate = ["logrotate", "-f", "-s", str(place / "state"), str(config)]
                subprocess.run(rotate, check=True)
                rotations += 1
            time.sleep(0.05)
        took = time.perf_counter() - began
        count = int(process.communicate()[0])
    times = array("d")
    times.frombytes(Path(f"{log}.times").read_bytes())
    waits = sorted(times)
    return Told(
        megabytes / took,
        rotations,
        *judged(numbers(log, rotations), count),
        *(1000 * waits[int(len(waits) * part)] for part in (0.99, 0.999)),
        1000 * waits[-1],
    )


def numbers(log: Path, rotations: int) -> Iterator[int]:
    """Of all lines, oldest first; -1 for one that is torn."""
    files = [Path(f"{log}.{number}") for number in range(rotations, 0, -1)]
    for file in (*files, log):
        for line in file.read_bytes().splitlines():
            if line.strip(FILLER):
                number = int(line[:10]) if line[:10].isdigit() else -1
                whole = number >= 0 and line[10:] == b" " + b"x" * (number * 7 % 170)
                yield number if whole else -1


def judged(found: Iterator[int], count: int) -> tuple[int, int, int, int]:
    """How many lines are lost, doubled, torn, moved."""
    seen = bytearray(count)
    doubled = torn = moved = 0
    before = -1
    for number in found:
        if number < 0:
            torn += 1
            continue
        doubled += seen[number]
        moved += number < before
        seen[number], before = 1, number
    return count - sum(seen), doubled, torn, moved


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    print(f"{megabytes} MB, rotated above {ROTATE_ABOVE_MB} MB; milliseconds of one write of 4 kB")
    heads = ("MB/s", "rotations", "lost", "doubled", "torn", "moved", "p99", "p99.9", "longest")
    print(f"  {'':<13}" + "".join(f"{head:>10}" for head in heads))
    good = True
    for name, how in WAYS.items():
        with tempfile.TemporaryDirectory(dir="/var/lib") as directory:
            told = run(Path(directory), how, megabytes)
        figures = (
            f"{value:10.3f}" if isinstance(value, float) else f"{value:10}" for value in told
        )
        print(f"  {name:<13}" + "".join(figures), flush=True)
        if name == "our cut":
            flaws = told.lost + told.doubled + told.torn + told.moved
            good = told.speed >= SLOWEST_MB_S and told.rotations > 2 and not flaws
    print("  " + ("ok" if good else "NO"))
    return 0 if good and os.geteuid() == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
