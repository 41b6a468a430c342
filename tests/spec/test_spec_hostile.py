"""Input made to hurt: refused with a clear word, in bounded time and memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import DOCUMENTS, codes, document

from pa_units.spec.text.read import MAX_BYTES, MAX_LINES

AGENT = "name: a\ncmd: a\n"


def _laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    return "\n".join(lines)


def _chain() -> str:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5000))]
    return "\n".join(lines)


HOSTILE: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "billion laughs": (_laughs, "alias-explosion"),
    "chain of aliases": (_chain, "alias-explosion"),
    "deep flow": (lambda: "a: " + "[" * 200_000, "too-deep"),
    "deep flow in comments": (lambda: "a: " + "[ # ]\n" * 200_000, "too-deep"),
    "deep mapping": (lambda: "{a: " * 50_000, "too-deep"),
    "deep list": (lambda: "- " * 50_000 + "a", "too-deep"),
    "deep keys": (lambda: "? " * 50_000 + "a", "too-deep"),
    "deep block": (lambda: "\n".join(" " * n + "a:" for n in range(3000)), "too-deep"),
    "deep JSON": (lambda: '{"a": ' * 50_000 + "1" + "}" * 50_000, "too-deep"),
    "a million lines": (lambda: "# x\n" * 1_000_000, "too-large"),
    "too many bytes": (lambda: b"a: " + b"x" * MAX_BYTES, "too-large"),
    "too many values": (lambda: "a: [" + "x," * 3_000_000 + "]", "too-large"),
    "Latin-1": (lambda: "name: größe\n".encode("latin-1"), "not-utf8"),
    "UTF-16": (lambda: "name: a\n".encode("utf-16"), "not-utf8"),
    "cut UTF-8": (lambda: "name: ü".encode()[:-1], "not-utf8"),
    "a zero byte": (lambda: "name: a\0b\n", "control-character"),
    "an escape character": (lambda: "name: \x1b[31m\n", "control-character"),
    "a C1 character": (lambda: "name: \x9b31m\n", "control-character"),
    "an escaped zero": (lambda: 'name: a\ncmd: a\nenv: {A: "\\0"}\n', "control-character"),
    "an escaped newline in a path": (
        lambda: AGENT + 'cwd: "/a\\nUser=root"\n',
        "control-character",
    ),
    "an escaped newline in a text": (
        lambda: AGENT + 'description: "a\\nUser=root"\n',
        "control-character",
    ),
    "an escaped newline in a directive": (
        lambda: AGENT + 'systemd: {Service: {A: "b\\nUser=root"}}\n',
        "control-character",
    ),
    "a section made of brackets": (lambda: AGENT + "systemd: {'a]\\n[b': {A: b}}\n", "bad-name"),
    "a path in a name": (lambda: "name: a/../../b\ncmd: a\n", "bad-name"),
    "dots as a name": (lambda: "name: ..\ncmd: a\n", "bad-name"),
    "a long name": (lambda: f"name: {'a' * 49}\ncmd: a\n", "bad-name"),
    "a line break after a name": (lambda: 'name: "a\\n"\ncmd: a\n', "bad-name"),
    "a path in a unit": (lambda: AGENT + "after: [../../x.service]\n", "bad-name"),
    "a path in a dependency": (lambda: AGENT + "depends_on: [../b]\n", "bad-name"),
    "a long path": (lambda: AGENT + f"cwd: /{'a/' * 4000}\n", "bad-path"),
    "an option as a user": (lambda: AGENT + "user: -x\n", "bad-name"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused(name: str) -> None:
    make, code = HOSTILE[name]
    data = make()
    before = time.process_time()
    found = codes(data)
    took = time.process_time() - before
    assert code in found, found[:5]
    assert took < 3, f"{took:.1f} s"


def test_deep_nesting_does_not_end_in_a_segmentation_fault() -> None:
    # In a process of its own: a fault would take the test runner along.
    script = (
        "from pa_units.spec.load import load\n"
        "for text in ('[' * 10**6, '- ' * 10**6, '{a: ' * 10**6, '? ' * 10**6):\n"
        "    print(load(text.encode(), 'x', base='/').problems[0].code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()) == (0, ["too-deep"] * 4), done.stderr


def test_memory_grows_with_the_values_only() -> None:
    # Not getrusage(2): its maximum still holds what the test runner had before the exec.
    script = (
        "from pa_units.spec.load import load\n"
        "load(b'a: [' + b'x,' * 300_000 + b']', 'x', base='/')\n"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    # 121 MiB are measured. 2,000,000 values are the most that a file may hold: that is 630 MiB.
    assert int(done.stdout) >> 10 < 160, f"{done.stdout} KiB"


def test_ten_thousand_bad_agents_do_not_print_ten_thousand_problems() -> None:
    text = "agents:\n" + "- {name: a, cmd: a, foo: 1, bar: 2}\n" * 10_000
    assert 100 < len(document(text).problems) < 500


def test_a_huge_value_is_not_repeated_in_the_message() -> None:
    (problem,) = document(f"name: a\ncmd: a\nstop_timeout: {'x' * 1_000_000}\n").problems
    assert len(problem.message) < 400


def test_a_long_chain_of_dependencies_is_no_recursion() -> None:
    names = [f"a{n}" for n in range(3000)]
    lines = [f"- {{name: {a}, cmd: a, depends_on: [{b}]}}" for a, b in pairwise(names)]
    assert not document("agents:\n" + "\n".join(lines)).problems
    closed = [*lines, f"- {{name: {names[-1]}, cmd: a, depends_on: [a0]}}"]
    (problem,) = document("agents:\n" + "\n".join(closed)).problems
    assert problem.code == "dependency-cycle"


def test_lines_are_not_missed_by_size_limits() -> None:
    assert codes("#\n" * MAX_LINES + AGENT)[0] == "too-large"
    assert codes("#\n" * (MAX_LINES - 2) + AGENT) == []


SEED = (DOCUMENTS / "trading-bot.yaml").read_text()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_document_never_raises(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SEED)))
    length = data.draw(st.integers(0, 40))
    middle = data.draw(st.text(max_size=8) | st.sampled_from(list("[]{}&*!|>'\"%@`#-?:,\n\t")))
    text = SEED[:start] + middle + SEED[start + length :]
    loaded = document(text.encode("utf-8", "surrogatepass"))
    for problem in loaded.problems:
        assert problem.mark.line >= 1 and problem.message.isprintable()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert document(data).problems
    document(data, "spec.json")


FIELDS = """
name cmd cwd env env_file secrets hooks schedule watch sockets depends_on after resources logging
health_check heartbeat limits notifications alerts metrics labels systemd launchd hardening backoff
restart deploy healthcheck environment shell user ulimits x-a documentation success_exit_codes
stop_command binary_path id args
"""

_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=10)
_VALUES = st.recursive(
    _LEAVES | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(_VALUES, st.sampled_from(FIELDS.split()))
def test_any_shape_in_any_field_is_answered(value: object, field: str) -> None:
    document(json.dumps({"name": "a", "cmd": "a"} | {field: value}), "spec.json")
