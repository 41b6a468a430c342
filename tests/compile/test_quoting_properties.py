"""Whatever is written is read back: by this reader of ours, which follows systemd's steps. That
systemd itself reads the same is shown on real machines in tests/machines/test_round_trip.py."""

import json
import re
from itertools import count

from golden_facts import facts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from nasty import segments, texts

from pa_units.compile import unit_commands, unit_paths
from pa_units.compile import unit_text as text
from pa_units.compile.systemd.layout import Header, unit_text
from pa_units.compile.systemd.target import Source, compile_agents
from pa_units.compile.unit_file import Directive, parse, split_words
from pa_units.contracts.bundle import AgentBundle, Kind
from pa_units.spec.canonical import digest, to_yaml
from pa_units.spec.load import load
from pa_units.spec.template import escape

HEADER = Header("bot", "/etc/pa/agents/bot.yaml", "0" * 64)
# A host that runs machines at the same time is slow.
patient = settings(deadline=None, suppress_health_check=list(HealthCheck))

PRINTABLE = texts(printable=True)
PATHS = st.lists(segments(), min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))


def specifiers(word: str) -> str:
    """Resolve `%%`; `%i` is empty in a unit that is no instance."""
    found, rest = "", word
    while "%" in rest:
        before, _, rest = rest.partition("%")
        assert rest[:1] in ("%", "i"), f"a specifier nobody meant in {word!r}"
        found += before + ("%" if rest[0] == "%" else "")
        rest = rest[1:]
    return found + rest


def dollars(word: str) -> str:
    """Resolve `$$`; no other dollar may be there."""
    assert "$" not in word.replace("$$", ""), f"a variable nobody meant in {word!r}"
    return word.replace("$$", "$")


def arguments(value: str) -> list[str]:
    """The words of a command line as the process gets them."""
    return [dollars(specifiers(word)) for word in split_words(value)]


def read_back(value: text.UnitText) -> str:
    """The value of one directive after a trip through a file."""
    (found,) = parse(unit_text("service", [Directive("Unit", "Description", value)], header=HEADER))
    assert found[:2] == ("Unit", "Description")
    return found.value


@patient
@given(PRINTABLE)
def test_line(value: str) -> None:
    assert specifiers(read_back(text.line(value))) == value


@patient
@given(PATHS)
def test_directory(path: str) -> None:
    assert specifiers(read_back(unit_paths.directory(path))).rstrip("/") == path.rstrip("/")


@patient
@given(PATHS)
def test_path_word(path: str) -> None:
    (found,) = split_words(read_back(unit_paths.path_word(path)))
    assert specifiers(found) == path


@patient
@given(PATHS.filter(lambda path: not {'"', "'"} & {*path}))
def test_bind_word(path: str) -> None:
    value = read_back(unit_paths.bind_word(path))
    # First split: by blanks, and only quotes protect. Second: by colons, and only a backslash does.
    assert " " not in value.replace('"\\ "', "")
    second = value.replace('"', "")
    assert ":" not in re.sub(r"\\.", "", second)
    assert specifiers(re.sub(r"\\(.)", r"\1", second)) == path


@patient
@given(st.lists(texts(), max_size=5).map(lambda words: ["/bin/x", *words]))
def test_command(words: list[str]) -> None:
    line = unit_commands.command([escape(word) for word in words])
    assert arguments(read_back(line)) == words


@patient
@given(segments().map("/srv/".__add__), texts())
@example("/srv/$x", "")
@example('/srv/"', "")
def test_program(path: str, word: str) -> None:
    program, *rest = split_words(read_back(unit_commands.command([path, escape(word)])))
    found = [dollars(specifiers(word)) for word in rest]
    if program == "/bin/sh":
        assert found == ["-c", 'exec "$0" "$@"', path, word]
    elif program.startswith("@"):
        assert specifiers(program) == f"@{path}"
        assert found == [path, word]
    else:
        assert specifiers(program) == path
        assert found == [word]


@patient
@given(st.sampled_from(["+", "-", "@", ":", "!", "!!", "|", "+-"]), texts(printable=True))
def test_no_program_is_taken_for_a_prefix(prefix: str, name: str) -> None:
    line = unit_commands.command([escape(prefix + name)])
    assert line.startswith("/bin/sh -c ")
    assert arguments(read_back(line))[3] == prefix + name


@patient
@given(texts())
def test_script(script: str) -> None:
    line = unit_commands.script(script, shell="/bin/sh")
    assert arguments(read_back(line)) == ["/bin/sh", "-c", script]


@patient
@given(texts())
def test_assignment(value: str) -> None:
    (found,) = split_words(read_back(unit_commands.assignment("NAME", value)))
    assert specifiers(found) == f"NAME={value}"


@patient
@given(st.lists(st.tuples(st.sampled_from(["Description", "Documentation"]), texts()), max_size=6))
def test_unit_file_reads_back_what_it_wrote(pairs: list[tuple[str, str]]) -> None:
    lines = [Directive("Unit", key, unit_commands.assignment("A", value)) for key, value in pairs]
    found = parse(unit_text("service", lines, header=HEADER))
    assert sorted(found) == sorted(lines)
    for key in ("Description", "Documentation"):
        assert [item for item in found if item.key == key] == [
            item for item in lines if item.key == key
        ]


def document(draw: st.DrawFn, words: st.SearchStrategy[str], names: st.SearchStrategy[str]) -> str:
    """A spec with every field that takes a free text, all of them from `words` and `names`."""
    number = count()

    def path(top: str) -> str:
        return f"{top}/{next(number)}-{draw(names)}"

    def command() -> list[str]:
        return [path("/opt"), escape(draw(words)), escape(draw(words))]

    agent = {
        "name": "bot",
        "cmd": command(),
        "description": "d" + draw(names),
        "cwd": path("/srv"),
        "user": "bob",
        "pid_file": path("/run"),
        "type": "forking",
        "env": {"A": escape(draw(words)), "B": "${B}"},
        "env_file": [path("/etc"), {"path": path("/etc"), "required": False}],
        "hooks": {hook: [command()] for hook in ("pre_start", "post_start", "pre_stop")},
        "stop_command": command(),
        "reload_command": {"shell": "s" + draw(words)},
        "logging": {"stdout": path("/var/log") + ".log", "stderr": path("/srv")},
        "labels": {"team": draw(names)},
    }
    return json.dumps(agent)


TAME = st.just("tame")


@settings(patient, max_examples=60)
@given(st.data())
def test_no_value_adds_or_removes_a_directive(data: st.DataObject) -> None:
    wild = keys(compiled(document(data.draw, texts(), segments())))
    assert wild == keys(compiled(document(data.draw, TAME, TAME)))


def compiled(spec: str) -> AgentBundle:
    loaded = load(spec.encode(), "spec.json", base="/srv")
    assert not loaded.errors, loaded.errors
    (agent,) = loaded.agents
    found = compile_agents(
        [Source(agent, digest(agent), to_yaml(agent))], facts(loaded.agents, 252, {})
    )
    assert not found.errors, found.errors
    return found.agents[0]


def keys(bundle: AgentBundle) -> list[tuple[str, str, str]]:
    """Every directive of every unit, without its value."""
    units = (artifact for artifact in bundle.artifacts if artifact.kind is Kind.UNIT)
    return [(unit.path, item.section, item.key) for unit in units for item in parse(unit.text)]
