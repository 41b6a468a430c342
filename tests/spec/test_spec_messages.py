"""What people read when a spec is wrong: whole messages, each at its place."""

import pytest
from bad_specs import BAD
from loading import codes, document, rendered

from pa_units.contracts.bundle import Level, Note
from pa_units.spec.problems import parts


def expect(text: str, *lines: str) -> None:
    assert rendered(document(text)).splitlines() == list(lines)


def test_five_mistakes_at_once() -> None:
    expect(
        "agents:\n"
        "  - name: bot\n"
        "    cmd: cd /srv && ./bot\n"
        "    retsart_policy: always\n"
        "    stop_timeout: 0\n"
        "    resources: {memory_limit: 512, cpu_limit: 50}\n",
        "spec.yaml:3:10: error: '&&' needs a shell, and no shell runs this command "
        "[shell-operator]",
        "        cmd: cd /srv && ./bot",
        "             ^",
        "    hint: set 'cwd:' to that directory instead of 'cd', or add 'shell: true'",
        "spec.yaml:4:5: error: unknown key 'retsart_policy' [unknown-key]",
        "        retsart_policy: always",
        "        ^",
        "    hint: did you mean 'restart_policy'?",
        "spec.yaml:5:19: error: '0' is no time at all [bad-duration]",
        "        stop_timeout: 0",
        "                      ^",
        "    hint: systemd reads 0 as infinity or off; write the shortest time you mean, "
        "such as 1s",
        "spec.yaml:6:31: error: '512' has no unit [missing-unit]",
        "        resources: {memory_limit: 512, cpu_limit: 50}",
        "                                  ^",
        "    hint: 512M or 512G?",
        "spec.yaml:6:47: error: '50' has no unit [missing-unit]",
        "        resources: {memory_limit: 512, cpu_limit: 50}",
        "                                                  ^",
        "    hint: 50% or 5000%?",
    )


def test_a_wide_character_before_the_caret() -> None:
    text = "name: bot\ncmd: ./bot\nlabels: {说明: x}\nbackoff: {说明: 1}\n"
    lines = rendered(document(text)).splitlines()
    assert lines[1:] == ["    backoff: {说明: 1}", "              ^"]
    expect(
        "name: bot\ncmd: ./bot\nenv: {说明: 1}\n",
        "spec.yaml:3:7: error: '说明' is not the name of a variable [bad-variable]",
        "    env: {说明: 1}",
        "          ^",
        "    hint: letters, digits and _, not a digit first: systemd drops all others",
    )
    assert lines[1].index("说") == 14


@pytest.mark.parametrize(("text", "place", "message", "hint"), BAD)
def test_message(text: str, place: str, message: str, hint: str) -> None:
    first, *rest = rendered(document(text)).splitlines()
    assert first == f"spec.yaml:{place}: error: {message}"
    hints = [line for line in rest if line.startswith("    hint: ")][:1]
    assert hints == ([f"    hint: {hint}"] if hint else [])


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a:\n\t- b\n", "2:1", "a tab where YAML wants spaces [syntax]"),
        (
            "name: 'a\ncmd: b\n",
            "1:7",
            "while scanning a quoted scalar: found unexpected end of stream [syntax]",
        ),
        ("cmd: a: b\n", "1:7", "a ': ' that YAML does not expect here [syntax]"),
        ("cmd: @a\n", "1:6", "a plain value cannot begin with this character [syntax]"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document begins here [syntax]"),
        (
            "cmd: [a, b\n",
            "1:6",
            "while parsing a flow sequence: did not find expected ',' or ']' [syntax]",
        ),
        ("- a\nb: c\n", "2:1", "a key among the items of a list [syntax]"),
        ("a: *b\n", "1:4", "found undefined alias [syntax]"),
        ("a: !vault b\n", "1:4", "unknown tag '!vault' [unknown-tag]"),
        ("a: &a [*a]\n", "1:4", "an alias of this value is part of it [endless-alias]"),
        ("a: {<<: 5}\n", "1:9", "'<<' takes a mapping or a list of them [bad-merge]"),
        ("? [a]\n: b\nname: a\ncmd: a\n", "1:3", "a key is a single word [bad-key]"),
    ],
)
def test_yaml_mistakes(text: str, place: str, message: str) -> None:
    assert rendered(document(text)).splitlines()[0] == f"spec.yaml:{place}: error: {message}"


@pytest.mark.parametrize(
    ("text", "file", "place"),
    [
        ("name: a\nx-a:\n  " + "[" * 200, "spec.yaml", (3, 101)),
        ('{"a":\n' + "[" * 200 + "]" * 200 + "}", "spec.json", (2, 100)),
        ('{"a":\n' + "[" * 100_000, "spec.json", (2, 100)),
    ],
)
def test_the_place_of_what_is_too_deep(text: str, file: str, place: tuple[int, int]) -> None:
    (problem,) = document(text, file).problems
    assert (problem.code, problem.mark.line, problem.mark.column) == ("too-deep", *place)


def test_json_mistakes() -> None:
    lines = rendered(document('{"name": "a",\n "cmd": }\n', "spec.json")).splitlines()
    assert lines[0] == "spec.json:2:9: error: expecting value [syntax]"
    text = '{"name": "a",\n\t"cmd": ["\\u0041"],\n "cwd": 5, "stop_timeout": 5}'
    lines = rendered(document(text, "spec.json")).splitlines()
    assert lines[0] == "spec.json:3:28: error: '5' has no unit [missing-unit]"
    assert codes('{"name": "a", "cmd": "\\ud83d"}', "spec.json") == ["control-character"]
    lines = rendered(document('{"name": "a",\n "cmd": NaN}', "spec.json")).splitlines()
    assert lines[0] == "spec.json:2:9: error: NaN is not JSON [syntax]"
    assert codes('{"name": "a", "name": "b", "cmd": "a"}', "spec.json") == ["duplicate-key"]


def test_problems_are_in_the_order_of_the_file_and_told_once() -> None:
    text = (
        "agent_defaults: {restart: {backoff_base: 10}}\n"
        "agents:\n- {id: a, binary_path: /a}\n- {id: b, binary_path: /b, foo: 1}\n"
    )
    found = document(text).problems
    assert [(p.mark.line, p.code) for p in found] == [(1, "missing-unit"), (4, "unknown-key")]


def test_mistakes_in_inherited_and_respelled_places() -> None:
    text = (
        "name: a\ncommand: a\nhealthcheck: {test: [CMD, a], interval: 5}\n"
        "deploy: {resources: {limits: {memory: 5}}}\n"
    )
    found = [(p.mark.line, p.mark.column, p.code) for p in document(text).problems]
    assert found == [(3, 41, "missing-unit"), (4, 39, "missing-unit")]


def test_a_place_is_found_whatever_the_spelling() -> None:
    loaded = document(
        "agents:\n  a:\n    command: x\n    environment: [B=1, C=2]\n    mem_limit: 1g\n"
        "    restart: on-failure:5\n    depends_on: [b]\n  b: {cmd: y}\n"
    )
    places = {
        ("cmd",): (3, 14),
        ("env", "C"): (4, 24),
        ("env", 0): (4, 19),
        ("resources", "memory_limit"): (5, 16),
        ("resources",): (3, 5),
        ("max_restarts",): (6, 14),
        ("depends_on", "b", "condition"): (7, 18),
        ("user",): (3, 5),
        ("name",): (2, 3),
        (): (3, 5),
    }
    for loc, place in places.items():
        mark = loaded.locate("a", loc)
        assert (mark.line, mark.column) == place, loc
    assert loaded.locate("b", ("cmd",)).text == "  b: {cmd: y}"


def test_notes_of_later_stages_become_problems() -> None:
    loaded = document("name: a\nmem_limit: 1g\ncmd: a\n")
    note = Note(Level.WARNING, "a", ("resources", "memory_limit"), "approximated", "roughly")
    problem = loaded.problem(note)
    assert (problem.severity, problem.code, problem.message) == (
        Level.WARNING,
        "approximated",
        "roughly",
    )
    assert (problem.mark.line, problem.mark.column) == (2, 12)
    assert loaded.locate("nobody", ()).line == 1


def test_problems_come_in_parts_for_a_terminal() -> None:
    (problem,) = document(f"name: a\ncmd: a # {'x' * 300}\nfoo: '{'y' * 300}'\n").problems
    piece = parts(problem)
    assert (piece.place, piece.severity, piece.code) == ("spec.yaml:3:1", "error", "[unknown-key]")
    assert (len(piece.source), piece.caret) == (160, "^")
