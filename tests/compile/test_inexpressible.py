"""What no unit file can hold is an error at its place in the spec, never a traceback."""

import json
from typing import Any

import pytest
from golden_facts import facts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nasty import segments, texts

from pa_units.compile.place import find
from pa_units.compile.systemd.target import Source, compile_agents
from pa_units.contracts.bundle import Bundle, Level, Loc
from pa_units.spec.canonical import sealed
from pa_units.spec.document import Document
from pa_units.spec.load import load

LONG = "x" * 200_000


def compiled(**agent: Any) -> tuple[Document, Bundle]:
    """An agent of these fields."""
    text = json.dumps({"name": "bot", "cmd": "/bin/bot"} | agent)
    document = load(text.encode(), "spec.json", base="/srv")
    sources = [Source(one, *sealed(one)) for one in document.agents]
    return document, compile_agents(sources, facts(document.agents, 257, {}))


@pytest.mark.parametrize(
    ("agent", "loc", "words"),
    [
        ({"systemd": {"Service": {"Slice": "x\\"}}}, ("systemd", "Service", "Slice", 0), "swallow"),
        ({"logging": {"stderr": "/var/log/x "}}, ("logging", "stderr"), "blank"),
        ({"cwd": "/home/bob/bob's"}, ("cwd",), "quote"),
        ({"cmd": ["/bin/bot", LONG]}, ("cmd",), "128 KiB"),
        ({"env": {"A": LONG}}, ("env", "A"), "128 KiB"),
        (
            {"hooks": {"post_stop": [["/bin/a"], ["/bin/b", LONG]]}},
            ("hooks", "post_stop", 1),
            "128",
        ),
        (
            {"secrets": {"KEY": {"from": "file:/etc/my key", "as": "file"}}},
            ("secrets", "KEY", "from"),
            "blank",
        ),
        ({"replicas": 2, "description": "a\\"}, ("description",), "replicas"),
        ({"replicas": 2, "env_file": "/etc/a "}, ("env_file", 0, "path"), "replicas"),
    ],
)
def test_error_stands_at_the_value(agent: dict[str, Any], loc: Loc, words: str) -> None:
    _, bundle = compiled(**agent)
    (found,) = bundle.errors
    assert (found.code, found.loc) == ("inexpressible", loc)
    assert words in found.text


def test_each_part_tells_its_own() -> None:
    _, bundle = compiled(
        logging={"stdout": "/var/log/x "},
        env={"A": LONG},
        systemd={"Service": {"Slice": "x\\"}},
    )
    assert {note.loc[0] for note in bundle.errors} == {"logging", "env", "systemd"}


def test_reference_that_the_lints_refuse_is_no_traceback() -> None:
    document, bundle = compiled(cmd=["/bin/bot", "${X"])
    assert [problem.code for problem in document.errors] == ["bad-reference"]
    assert [note.code for note in bundle.errors] == ["bad-reference"]


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_nothing_raises(data: st.DataObject) -> None:
    words, paths = texts(), segments().map("/srv/".__add__)
    draw = data.draw
    document, bundle = compiled(
        cmd=[draw(paths), draw(words)],
        cwd=draw(paths),
        description=draw(words),
        documentation=[draw(words)],
        env={"A": draw(words)},
        env_file=draw(paths),
        hooks={"pre_start": [[draw(words) or "x", draw(words)]]},
        logging={"stdout": draw(paths)},
        replicas=draw(st.sampled_from([1, 2])),
        stop_command={"shell": draw(words) or "x"},
        systemd={"Service": {"Slice": draw(words)}},
        labels={"a": draw(words)},
    )
    for problem in bundle.notes:
        assert problem.level is not Level.ERROR or problem.hint or problem.text
        document.locate(problem.agent, problem.loc)


def test_place_of_a_value() -> None:
    document, _ = compiled(
        env={"A": "needle"}, hooks={"pre_stop": [["/bin/a", "b"]]}, labels={"x": "y"}
    )
    agent = document.agents[0]
    assert find(agent, "needle") == ("env", "A")
    assert find(agent, "a longer text with needle in it") == ("env", "A")
    assert find(agent, "/bin/a") == ("hooks", "pre_stop", 0)
    assert find(agent, "nowhere") == ()
