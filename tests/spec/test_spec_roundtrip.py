"""What is emitted loads back to the same agent; neighbours, comments, spellings change nothing."""

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import DOCUMENTS, agent, agents, document, rendered

from pa_units.spec.canonical import canonical, digest, to_yaml
from pa_units.spec.model import Agent
from pa_units.spec.text import emit
from pa_units.spec.text.nodes import Plain
from pa_units.spec.text.read import read

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
LINE = TEXT.filter(str.isprintable)
WORD = TEXT.filter(lambda word: "${" not in word)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,12}", fullmatch=True)
DURATION = st.integers(1, 10**8).map(lambda ms: f"{ms}ms")
SIZE = st.integers(1, 10**12).map(lambda count: f"{count}B")
PATH = LINE.filter(lambda path: path and "${" not in path and path[0] != "~")
COMMAND = st.lists(WORD, min_size=1, max_size=4).filter(lambda words: words[0].strip()) | st.builds(
    lambda text: {"shell": text}, TEXT.filter(str.strip)
)
FREE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)

DOCUMENT = st.fixed_dictionaries(
    {"name": NAME.filter(lambda name: not name.startswith("pa-")), "cmd": COMMAND},
    optional={
        "description": LINE,
        "cwd": PATH,
        "auto_start": st.booleans(),
        "env": st.dictionaries(NAME, TEXT.map(lambda text: text.replace("${", "$${")), max_size=4),
        "restart_policy": st.sampled_from(["always", "on-failure", "never"]),
        "max_restarts": st.integers(0, 1000),
        "backoff": st.fixed_dictionaries(
            {}, optional={"multiplier": st.integers(1000, 9999).map(lambda n: n / 1000)}
        ),
        "resources": st.fixed_dictionaries(
            {},
            optional={
                "memory_limit": SIZE,
                "cpu_limit": st.integers(1, 9999).map(lambda n: f"{n / 100:.2f}%"),
                "tasks": st.integers(1, 1000),
            },
        ),
        "stop_timeout": DURATION,
        "stop_signal": st.sampled_from(["INT", "sigusr1", "SIGTERM"]),
        "success_exit_codes": st.lists(st.integers(0, 255), max_size=3),
        "umask": st.sampled_from(["0027", "077"]),
        "hooks": st.fixed_dictionaries({}, optional={"pre_start": st.lists(COMMAND, max_size=2)}),
        "logging": st.fixed_dictionaries({"stdout": PATH}, optional={"max_size": SIZE}),
        "labels": st.dictionaries(LINE, LINE, max_size=3),
        "secrets": st.dictionaries(st.just("S3CRET"), st.just({"from": "env:X", "as": "file"})),
        "systemd": st.dictionaries(
            st.just("Service"), st.dictionaries(st.just("X-A"), st.lists(LINE, min_size=1))
        ),
        "hardening": st.sampled_from(["tight", "off"]),
        "x-free": FREE,
        "launchd": st.dictionaries(LINE, FREE, max_size=2),
    },
)


def again(found: Agent) -> Agent:
    loaded = document(to_yaml(found), base="/somewhere/else")
    assert not loaded.errors, to_yaml(found) + rendered(loaded)
    return loaded.agents[0]


@settings(max_examples=150, deadline=None)
@given(DOCUMENT)
def test_emitted_agents_load_back(written: dict[str, Any]) -> None:
    command = written["cmd"]
    if isinstance(command, dict):
        written |= {"cmd": command["shell"], "shell": True}
    loaded = document(json.dumps(written), "spec.json", base="/srv/some where")
    if loaded.errors:  # an operator, an absolute path that is too long: refused, not bent
        return
    (found,) = loaded.agents
    assert again(found) == found
    assert digest(again(found)) == digest(found)
    if not found.cmd.shell:
        assert found.cmd.words[1:] == tuple(command[1:])
    for name, value in written.get("env", {}).items():
        assert found.env[name] == value


def test_documents_of_users_load_back() -> None:
    for path in sorted(DOCUMENTS.glob("*.yaml")):
        for found in document(path.read_bytes(), base="/srv").agents:
            assert again(found) == found
            assert digest(again(found)) == digest(found)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(TEXT, FREE, min_size=1, max_size=3))
def test_emitted_values_are_what_other_readers_see(value: dict[str, object]) -> None:
    text = emit.document(value)
    assert yaml.safe_load(text) == value
    assert yaml.load(text, Loader=yaml.SafeLoader) == value  # the one written in Python


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=3))
def test_texts_are_read_as_they_were_written(value: dict[str, str]) -> None:
    root = read(emit.document(value).encode(), "x").root
    assert root is not None
    assert Plain().value(root) == value
    json_root = read(json.dumps(value).encode(), "x.json").root
    assert json_root is not None
    assert Plain().value(json_root) == value


def test_the_digest_is_of_the_meaning() -> None:
    first = agent("name: a\ncmd: x 'y'\ncwd: /srv/app\nresources: {memory_limit: 512MB}\n")
    same = agents(
        "# a comment\nagents:\n- {name: b, cmd: z}\n- mem_limit: 512m # here\n"
        "  working_dir: ./app\n  name: a\n  command: [x, y]\n"
    )[1]
    assert canonical(first) == canonical(same)
    assert digest(first) != digest(agent("name: a\ncmd: x z\n"))
    # What is not written is not part of it: a new default changes no installed digest.
    assert canonical(agent("name: a\ncmd: b\n")) == '{"cmd":"b","name":"a"}'


def test_the_emitted_document_reads_well() -> None:
    found = agents((DOCUMENTS / "compose-words.yaml").read_text())[1]
    assert to_yaml(found) == (
        "name: db\ncmd: /srv/db\nrestart_policy: always\nmax_restarts: 3\nrestart_window: 10m\n"
        "backoff:\n  initial_delay: 5s\nreplicas: 2\nresources:\n  cpu_limit: 150%\n"
        "  memory_limit: 1G\n  tasks: 50\nhealth_check:\n  command: /srv/ready\n"
    )
