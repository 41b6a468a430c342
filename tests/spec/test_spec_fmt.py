"""Formatting changes no meaning, loses no comment, and is done after one pass."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import DOCUMENTS, agents, document, rendered

from pa_units.kit.errors import UsageError
from pa_units.spec.fmt import formatted
from pa_units.spec.scaffold import scaffold

DAEMON = (DOCUMENTS / "daemon.yaml").read_text()
SPECS = {
    "seed": (DOCUMENTS / "trading-bot.yaml").read_text(),
    "scaffold": scaffold("bot", "./bot"),
    "daemon": DAEMON[DAEMON.index("agents:") :],
    "old": (DOCUMENTS / "daemon-old.yaml").read_text(),
    "compose": (
        (DOCUMENTS / "compose-words.yaml")
        .read_text()
        .replace("&common", "")
        .replace("    <<: *common\n", "    environment: {PORT: 08080, A: yes}\n")
    ),
    "free": (
        "x-a: {b: [1, 'two', {c: ~}]}\nagents:\n  a:\n    cmd: a\n"
        "    launchd: {N: 5, S: '5', B: yes}\n"
        '    x-b: |\n      one\n      # two\n\n      three\n    description: "a: b # c"\n'
        "    env:\n      A: |-\n        first\n        second\n      B: 'it''s'\n      C: \"\\t\"\n"
    ),
}


def once(text: str) -> str:
    loaded = document(text)
    assert not loaded.errors, rendered(loaded)
    return formatted(loaded)


@pytest.mark.parametrize("name", SPECS)
def test_same_meaning_and_stable(name: str) -> None:
    text = once(SPECS[name])
    assert agents(text) == agents(SPECS[name])
    assert once(text) == text
    comments = [line[line.index("# ") :] for line in SPECS[name].splitlines() if "# " in line]
    for comment in comments:
        assert comment.split("#")[1].strip() in text


def test_spellings_become_canonical_and_comments_stay_where_they_were() -> None:
    text = (
        "# head\n\nagents:\n"
        "    # the first\n"
        '    -   command: ["./a", b]   # run\n'
        "        name: web\n"
        "        working_dir: 'app'\n"
        "        deploy:          # compose\n"
        "            replicas: 2\n"
        '            resources: {limits: {cpus: "0.5", memory: 512M}}\n\n\n'
        "        restart: on-failure:5   # five\n"
        '        healthcheck: {test: "curl x || exit 1", interval: 30s}\n'
        '        environment: [A=1, "B=x # y"]\n'
        "        # commented: out\n\n"
        "    # the second\n"
        "    - name: b\n"
        "      cmd: |\n"
        "        echo a\n"
        "        # no comment\n"
        "      shell: yes\n"
        "# tail\n"
    )
    assert once(text) == (
        "# head\n\nagents:\n"
        "  # the first\n"
        "  - cmd: [./a, b]  # run\n"
        "    name: web\n"
        "    cwd: app\n"
        "    # compose\n"
        "    replicas: 2\n"
        "    resources:\n"
        "      cpu_limit: 50%\n"
        "      memory_limit: 512M\n\n"
        "    restart_policy: on-failure\n"
        "    max_restarts: 5  # five\n"
        "    health_check:\n"
        "      interval: 30s\n"
        "      command:\n"
        '        shell: "curl x || exit 1"\n'
        '    env: [A=1, "B=x # y"]\n'
        "    # commented: out\n\n"
        "  # the second\n"
        "  - name: b\n"
        "    cmd: |\n"
        "      echo a\n"
        "      # no comment\n"
        "    shell: yes\n"
        "# tail\n"
    )


def test_the_daemon_dialect_becomes_the_agents_file() -> None:
    text = once(SPECS["daemon"])
    for word in ("binary_path", "agent_defaults", "work_dir", "id:", "heartbeat_timeout"):
        assert word not in text
    assert "      memory_above: 524288000B\n" in text


def test_json_stays_json() -> None:
    text = '{"agents": [{"name": "a", "command": "b", "mem_limit": "1g", "max_restarts": 3}]}'
    loaded = document(text, "spec.json")
    assert json.loads(formatted(loaded)) == {
        "agents": [
            {
                "name": "a",
                "max_restarts": 3,
                "cmd": "b",
                "resources": {"memory_limit": "1g"},
            }
        ]
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: a\n", "it has errors"),
        ("name: &a a\ncmd: *a\n", "its YAML aliases or tags would be lost"),
        (DAEMON, "it configures another daemon too"),
    ],
)
def test_what_cannot_be_kept_is_not_formatted(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        formatted(document(text))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(SPECS)), st.integers(0, 10**6))
def test_comments_anywhere_are_kept(name: str, seed: int) -> None:
    chance = random.Random(seed)
    lines = SPECS[name].splitlines()
    for number in range(3):
        at = chance.randrange(len(lines))
        lines.insert(at, " " * chance.randrange(8) + f"# remark {number}")
    text = "\n".join(lines) + "\n"
    loaded = document(text)
    if loaded.errors or loaded.agents != agents(SPECS[name]):
        return  # it fell into a block text, or ended one
    found = formatted(loaded)
    assert agents(found) == loaded.agents
    # Defaults of the daemon dialect are spread over its agents: a comment among them settles with
    # the second pass.
    settled = once(found) if name == "daemon" else found
    assert once(settled) == settled
    for number in range(3):
        assert found.count(f"# remark {number}") == 1
