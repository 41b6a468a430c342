"""Lines of agents whose output goes to files; what needs a journal is in tests/machines."""

import os
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from pa_units.contracts.ledger import Installed
from pa_units.contracts.places import SYSTEM
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.kit.errors import UsageError
from pa_units.verbs import logs
from pa_units.verbs.here import Here
from pa_units.verbs.log_sources import LogLine, Wanted, sources

AT = Here(Scope.SYSTEM, SYSTEM, dict(os.environ))


def agent(name: str, **files: Path) -> Installed:
    """An agent that prints to files."""
    unit = UnitRef(f"{name}.service", Scope.SYSTEM)
    logs_ = {stream: str(path) for stream, path in files.items()}
    return Installed(name, "", (unit,), auto_start=True, user="", logs=logs_)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Installed, Installed]]:
    """Two agents; the first has written last, but its errors are older than all."""
    ages = {"a.log": 1, "a.err": 3, "b.log": 2}
    for name, age in ages.items():
        path = tmp_path / name
        path.write_text("".join(f"{name} {number}\n" for number in range(30)))
        os.utime(path, (time.time() - age, time.time() - age))
    yield (
        agent("a", stdout=tmp_path / "a.log", stderr=tmp_path / "a.err"),
        agent("b", stdout=tmp_path / "b.log"),
    )


def whose(lines: Iterator[LogLine]) -> list[tuple[str, str]]:
    return [(line.stream, line.text) for line in lines]


def test_files_are_blocks_by_when_they_were_written(pair: tuple[Installed, ...]) -> None:
    assert whose(logs.history(AT, pair, Wanted(of_file=2))) == [
        *(("stderr", "a.err 28"), ("stderr", "a.err 29")),
        *(("stdout", "b.log 28"), ("stdout", "b.log 29")),
        *(("stdout", "a.log 28"), ("stdout", "a.log 29")),
    ]


def test_a_file_that_was_not_written_since_is_left_out(pair: tuple[Installed, ...]) -> None:
    since = int((time.time() - 1.5) * 1e6)
    found = list(logs.history(AT, pair, Wanted(of_file=1, since_us=since)))
    assert [line.text for line in found] == ["a.log 29"]


@pytest.mark.parametrize(
    ("grep", "count"),
    [("A.LOG 1$", 0), ("a.log 1$", 1), ("A.log", 0), (r"\bERR 7$", 0), ("err (7|8)$", 2)],
)
def test_search_ignores_case_without_a_capital(
    pair: tuple[Installed, ...], grep: str, count: int
) -> None:
    assert len(list(logs.history(AT, pair, logs.wanted(grep=grep)))) == count


@pytest.mark.parametrize("grep", ["(a", "[[:alpha:]]", "*"])
def test_a_bad_expression_is_told(pair: tuple[Installed, ...], grep: str) -> None:
    with pytest.raises(UsageError, match="cannot search for"):
        list(logs.history(AT, pair, logs.wanted(grep=grep)))


@pytest.mark.parametrize(
    ("given", "journal", "files"),
    [
        ({}, 20, 20),
        ({"count": 5}, 5, 5),
        ({"count": logs.ALL}, None, None),
        ({"since": "1h"}, None, 20),
        ({"grep": "x"}, None, None),
        ({"grep": "x", "count": 3}, 3, 3),
    ],
)
def test_how_many_lines(given: dict[str, object], journal: int | None, files: int | None) -> None:
    found = logs.wanted(**given)  # type: ignore[arg-type]
    assert (found.lines, found.of_file) == (journal, files)


def test_a_bad_time_is_told() -> None:
    with pytest.raises(UsageError, match="'soon' is not a time"):
        logs.wanted(since="soon")


def test_follow_gives_every_line_once(pair: tuple[Installed, ...], tmp_path: Path) -> None:
    """The line that is being written when we come is not torn."""
    first, _ = pair
    path = Path(first.logs["stdout"])
    with path.open("a") as file:
        file.write("half a ")

    def write() -> None:
        time.sleep(0.3)
        with path.open("a") as file:
            file.write("line\nnext\n")

    writer = threading.Thread(target=write)
    writer.start()
    only = agent("a", stdout=path)
    found = list(islice(logs.follow(AT, [only], Wanted(of_file=1)), 3))
    writer.join()
    assert [line.text for line in found] == ["a.log 29", "half a line", "next"]


def test_where_output_goes(tmp_path: Path) -> None:
    both = agent("both", stdout=tmp_path / "o", stderr=tmp_path / "e")
    err = agent("err", stderr=tmp_path / "f")
    none = agent("none")._replace(
        runs=tuple(UnitRef(f"none@{number}.service", Scope.SYSTEM) for number in (1, 2))
    )
    found = sources([both, err, none])
    assert dict(found.files) == {
        str(tmp_path / "o"): ("both", "stdout"),
        str(tmp_path / "e"): ("both", "stderr"),
        str(tmp_path / "f"): ("err", "stderr"),
    }
    assert dict(found.units) == {
        "err.service": "err",
        "none@1.service": "none@1",
        "none@2.service": "none@2",
    }
    several = none._replace(logs={"stdout": str(tmp_path / "many.log")})
    assert dict(sources([several]).files) == {
        str(tmp_path / "many@1.log"): ("none@1", "stdout"),
        str(tmp_path / "many@2.log"): ("none@2", "stdout"),
    }
