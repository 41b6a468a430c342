"""Completion as the shells themselves do it, against what click takes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pa_units.cli.completion.script import SHELLS, script
from pa_units.cli.completion.words import Verb, verbs
from pa_units.cli.main import pa
from pa_units.cli.table import COMMANDS, HIDDEN
from pa_units.verbs.author import fields

VERBS = list(verbs(pa))
KINDS = {"agent", "label", "spec", "file", "directory", "field", "choice"}
OWN = {
    *("confirm_within", "timeout", "since", "until", "number", "count", "grep", "wanted"),
    *("cmd", "env", "signal", "machine", "variable", "name", "seconds"),
}
"""Parameters whose words nobody but the user can know; `name` is a new one."""

BASH = """
source "$1"; shift
compopt() { :; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_pa "$1" "${@: -1}" ""
for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
"""
FISH = """
source $argv[1]
set line (string join ' ' -- $argv[2..])
complete -C "$line" | string split -f1 \\t
"""
# What zsh's widgets would do with their arguments: print what fits.
ZSH = r"""
file=$1; shift
compdef() { :; }
compset() { [[ $PREFIX == ${~2} ]] && PREFIX=${PREFIX#${~2}}; return 0 }
fitting() { local word; for word; do [[ $word == $PREFIX* ]] && print -r -- $word; done; return 0 }
compadd() { while [[ $1 != -- ]]; do shift; done; shift; fitting "$@" }
_describe() { fitting ${(P)2%%:*} }
_call_program() { shift; "$@" }
_files() {
    case "$*" in
    -/) fitting *(N-/) ;;
    -g*) fitting *(N-/) ${~2} ;;
    *) fitting *(N) ;;
    esac
}
source $file
words=("$@") CURRENT=$# PREFIX=$words[-1]
_pa
"""

# A terminal in which somebody types; `pa` says how it was called.
TERMINAL = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
see() {
    local part all=
    while zpty -r shell part; do all+=$part; [[ $all == *$1* ]] && return; done
}
zpty -w shell 'autoload -Uz compinit; compinit -u -D; source "'$1'"'
zpty -w shell 'pa() { [[ $1 == __names ]] && print worker-1 || print "<$*>" }; echo load""ed'
see loaded
zpty -w shell $'pa rollb\twor\t--forc\t'
see '<rollback worker-1 --force>'; print typed
zpty -d shell
"""


STARTS = {
    "bash": ["bash", "-c", BASH, "bash"],
    "zsh": ["zsh", "-f", "-c", ZSH, "zsh"],
    "fish": ["fish", "-N", "-c", FISH],
}


class Shells:
    """A place with agents, spec files, and a `pa`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.env = {**os.environ, "PA_HOME": str(place), "HOME": str(place)}
        rows = {
            "bot": {"units": ["bot.service"], "labels": {"tier": "web", "odd": "$(touch x) y"}},
            "worker-1": {"units": ["worker-1.service"], "labels": {"tier": "back"}},
        }
        (place / "state").mkdir()
        ledger = {"schema": "pa.ledger/1", "agents": rows}
        (place / "state/ledger.json").write_text(json.dumps(ledger))
        self.work = place / "work"
        (self.work / "conf.d").mkdir(parents=True)
        for name in ("a.yaml", "b.json", "notes.txt"):
            (self.work / name).touch()
        self.pa = place / "pa"
        self.pa.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pa_units "$@"\n')
        self.pa.chmod(0o755)
        self.env["PATH"] = f"{place}:{self.env['PATH']}"
        for shell in SHELLS:
            (place / f"script.{shell}").write_text(script(shell, VERBS, fields()))

    def complete(self, shell: str, *words: str) -> set[str]:
        """What a tab offers behind these words of a command line."""
        file = str(self.place / f"script.{shell}")
        return set(self.run(*STARTS[shell], file, *words).splitlines())

    def run(self, *command: str) -> str:
        """Run a program there; it complains of nothing."""
        done = subprocess.run(
            command, cwd=self.work, env=self.env, capture_output=True, text=True, timeout=30
        )
        assert done.stderr == "", done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def shells(tmp_path_factory: pytest.TempPathFactory) -> Shells:
    return Shells(tmp_path_factory.mktemp("home"))


@pytest.fixture(params=list(STARTS))
def shell(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    return name


CASES: tuple[tuple[tuple[str, ...], set[str]], ...] = (
    (("sta",), {"start", "stats", "status"}),
    (("secret", ""), {"set", "list", "rm"}),
    (("status", ""), {"bot", "worker-1"}),
    (("logs", "w"), {"worker-1"}),
    (("logs", "-n", "5", "b"), {"bot"}),
    (("logs", "-o", ""), {"short", "cat", "json"}),
    (("stop", "-l", "tier"), {"tier=back", "tier=web"}),
    (("install", "--confirm-within", "2m", ""), {"a.yaml", "b.json", "conf.d/"}),
    (("install", "--root", ""), {"conf.d/"}),
    (("rollback", "bot", ""), set()),
    (("secret", "set", "b"), {"bot"}),
    (("set", "bot", "resources.memory_l"), {"resources.memory_limit="}),
    (("completion", ""), {"bash", "zsh", "fish"}),
    (("nonsense", ""), set()),
)


@pytest.mark.parametrize(("words", "offered"), CASES, ids=[" ".join(words) for words, _ in CASES])
def test_offers(shells: Shells, shell: str, words: tuple[str, ...], offered: set[str]) -> None:
    found = shells.complete(shell, "pa", *words)
    # The line editors of bash and zsh put the slash behind a directory.
    assert found == (offered if shell == "fish" else {word.rstrip("/") for word in offered})


def test_a_label_is_no_command(shells: Shells, shell: str) -> None:
    found = shells.complete(shell, "pa", "stop", "-l", "odd")
    assert len(found) == 1 and not (shells.work / "y").exists()


@pytest.mark.parametrize("verb", [one for one in VERBS if one.path], ids=lambda one: one.name)
def test_every_option_is_offered_and_no_other(shells: Shells, verb: Verb) -> None:
    """Read back from bash, what click takes read from click."""
    taken = verb.context.command.get_params(verb.context)
    words = {word for one in taken if one.param_type_name == "option" for word in one.opts}
    assert shells.complete("bash", "pa", *verb.path, "-") == words


def test_every_verb_is_offered_and_no_other(shells: Shells, shell: str) -> None:
    assert shells.complete(shell, "pa", "") == set(COMMANDS)
    assert not shells.complete(shell, "pa", next(iter(HIDDEN)))


@pytest.mark.parametrize("verb", VERBS, ids=lambda one: one.name)
def test_every_word_has_a_kind(verb: Verb) -> None:
    """A new parameter that takes an agent, a label or a file says so by its type."""
    for one in verb.context.command.get_params(verb.context):
        free = one.name in OWN and one.type.name != "agent"
        if not (free or getattr(one, "is_flag", False)):
            assert one.type.name in KINDS, f"{verb.name}: {one.name} is {one.type.name}"


def test_typed_in_a_terminal(shells: Shells) -> None:
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    script_of_zsh = str(shells.place / "script.zsh")
    assert shells.run("zsh", "-f", "-c", TERMINAL, "zsh", script_of_zsh) == "typed\n"
