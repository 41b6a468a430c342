"""Rules about commands, the environment and secrets."""

import re
from collections.abc import Iterator, Set
from functools import lru_cache

from pa_units.contracts.bundle import Level, Loc
from pa_units.spec.bad import Bad
from pa_units.spec.command import Command
from pa_units.spec.lint.rule import Finding, Rule
from pa_units.spec.model import Agent
from pa_units.spec.template import variables

_HOOKS = ("pre_start", "post_start", "pre_stop", "post_stop")


def commands(agent: Agent) -> Iterator[tuple[Loc, Command]]:
    """Yield every command of the agent with its place."""
    yield ("cmd",), agent.cmd
    if agent.stop_command:
        yield ("stop_command",), agent.stop_command
    if agent.reload_command:
        yield ("reload_command",), agent.reload_command
    if agent.health_check and agent.health_check.command:
        yield ("health_check", "command"), agent.health_check.command
    for hook in _HOOKS if agent.hooks.model_fields_set else ():
        for index, command in enumerate(getattr(agent.hooks, hook)):
            yield ("hooks", hook, index), command


_SHELL_WORDS = frozenset(
    ("cd", "source", ".", "export", "exec", "eval", "ulimit", "umask", "alias", "set", "unset")
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def _shell_words(agent: Agent) -> Iterator[Finding]:
    for loc, command in commands(agent):
        first = command.words[0]
        if command.shell:
            continue
        if first in _SHELL_WORDS:
            hint = "leave the word out" if first == "exec" else _shell_hint(loc)
            yield loc, f"'{first}' is a word of the shell, not a program", hint
        elif "=" in first and _ASSIGNMENT.match(first):
            yield (
                loc,
                f"'{first.partition('=')[0]}=' before a program needs a shell",
                "put it into 'env:'",
            )


def _shell_hint(loc: Loc) -> str:
    return "add 'shell: true'" if loc == ("cmd",) else 'write {shell: "..."}'


_SET_BY_SYSTEMD = """
HOME USER LOGNAME SHELL PATH LANG MAINPID MANAGERPID INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET
WATCHDOG_PID WATCHDOG_USEC LISTEN_FDS LISTEN_PID LISTEN_FDNAMES CREDENTIALS_DIRECTORY
RUNTIME_DIRECTORY STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY
SERVICE_RESULT EXIT_CODE EXIT_STATUS XDG_RUNTIME_DIR PA_REPLICA
"""
_PROVIDED = frozenset(_SET_BY_SYSTEMD.split())
"""systemd.exec(5), "Environment Variables in Spawned Processes", and ours for replicas"""


def _variables(agent: Agent) -> Iterator[Finding]:
    for loc, command in commands(agent):
        for index, word in enumerate(() if command.shell else command.words):
            if "${" not in word:
                continue
            if index == 0:
                yield loc, "the program itself cannot be a variable", "write its path out"
            for text, hint in _references(word, _known(agent), open_ended=bool(agent.env_file)):
                yield loc, text, hint


def _known(agent: Agent) -> Set[str]:
    secrets = {name for name, secret in agent.secrets.items() if secret.target == "env"}
    return agent.env.keys() | secrets | _PROVIDED


def _references(word: str, known: Set[str], *, open_ended: bool) -> Iterator[tuple[str, str]]:
    try:
        found = variables(word)
    except Bad as bad:
        yield bad.message, bad.hint
        return
    for name, default in found:
        if default is not None:
            reference = f"${{{name}:-{default}}}"
            hint = f"put {name}: \"{reference}\" into 'env:'"
            yield f"systemd has no defaults in commands: {reference}", hint
        elif name not in known and not open_ended:
            hint = f"add it to 'env:', or write $${{{name}}} for the literal text"
            yield f"${{{name}}} is not in this agent's environment", hint


_BARE = re.compile(r"(?<!\$)\$[A-Za-z_]\w*")
_VARIABLE = re.compile(r"(?<!\$)\$([A-Z_][A-Z0-9_]+)\b")
"""in a value, which may be a password: only what is clearly meant"""


def _literal_dollar(agent: Agent) -> Iterator[Finding]:
    for name, value in agent.env.items():
        if "$" in value and (found := _VARIABLE.search(value)):
            hint = f"write ${{{found[1]}}}: its value in the environment of the install"
            yield ("env", name), f"'${found[1]}' stays as it is written", hint
    for loc, command in commands(agent):
        for word in command.words if not command.shell else ():
            if "$" in word and (found := _BARE.search(word)):
                name = found[0][1:]
                yield (
                    loc,
                    f"'{found[0]}' stays as it is written",
                    f"write ${{{name}}} for its value",
                )
            if word.startswith("~/"):
                yield loc, f"'{word}': only a shell expands ~", "write the directory out"


_DETACH = frozenset(("--daemon", "--daemonize", "--detach", "--background", "--fork"))
_DETACHERS = frozenset(("nohup", "setsid", "daemonize", "screen", "tmux", "start-stop-daemon"))
_MANAGER_NAMES = """
pm2 supervisord supervisorctl circusd forever honcho foreman overmind process-compose systemctl
service monit runsvdir s6-svscan
"""
_MANAGERS = frozenset(_MANAGER_NAMES.split())


def _program(command: Command) -> str:
    return command.words[0].rpartition("/")[2] if not command.shell else ""


def _forks(agent: Agent) -> Iterator[Finding]:
    if agent.start_type == "forking":
        return
    program = _program(agent.cmd)
    away = (
        program if program in _DETACHERS else next((w for w in agent.cmd.words if w in _DETACH), "")
    )
    if away:
        yield (
            ("cmd",),
            f"'{away}' lets the program run away: to the init system it has ended",
            "run it in the foreground; else type: forking with a pid_file",
        )


def _second_manager(agent: Agent) -> Iterator[Finding]:
    program = _program(agent.cmd)
    if program in _MANAGERS:
        yield (
            ("cmd",),
            f"'{program}' manages processes itself: two managers fight over one program",
            "name the program itself",
        )
    if program in ("sudo", "su", "runuser", "doas"):
        yield (
            ("cmd",),
            f"'{program}' cannot change the user inside the sandbox",
            "drop it and set 'user:'",
        )


_LEAVES_CLEANLY = frozenset(("openclaw", "clawdbot", "moltbot", "hermes"))


def _clean_exit(agent: Agent) -> Iterator[Finding]:
    if agent.restart_policy == "on-failure" and _program(agent.cmd) in _LEAVES_CLEANLY:
        yield (
            ("restart_policy",),
            "this program ends with 0 when it wants to be started again, and would stay down",
            "use restart_policy: always",
        )


# Names that hold secrets in the service files of real projects, and how known tokens begin.
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:API_?KEY|SECRET(?:_KEY)?|TOKEN|PASSW(?:OR)?D|PASSPHRASE|PRIVATE_KEY|ACCESS_KEY"
    r"|CREDENTIALS?)(?:$|_(?!FILE|PATH|DIR|URL|TTL|NAME|ID))",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20}|github_pat_\w{20}|sk-[A-Za-z0-9-]{20}|xox[abpr]-\w{10}"
    r"|AKIA[A-Z0-9]{16}|AIza[\w-]{30}|\d{8,10}:[\w-]{35})|://[^/\s:@]+:[^/\s@$]+@"
)


@lru_cache(maxsize=4096)  # words that hundreds of agents share
def _is_secret(word: str) -> bool:
    return bool(_SECRET_VALUE.search(word))


@lru_cache(maxsize=4096)
def _names_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name))


def _secrets(agent: Agent) -> Iterator[Finding]:
    for name, value in agent.env.items():
        if "${" in value or len(value) <= 3 or value.startswith("/"):
            continue
        if _names_secret(name) or _is_secret(value):
            yield (
                ("env", name),
                f"the value of {name} looks like a secret: everyone on the machine can read it",
                f'write {name}: "${{{name}}}" and run: pa secret set {agent.name} {name}',
            )
    for loc, command in commands(agent):
        if any(len(word) > 12 and _is_secret(word) for word in command.words):
            yield loc, "a word looks like a secret: everyone sees it in ps(1)", "use 'secrets:'"


def _secret_twice(agent: Agent) -> Iterator[Finding]:
    for name, secret in agent.secrets.items():
        if secret.target == "env" and name in agent.env:
            yield ("secrets", name), f"{name} stands in 'env:' too", "keep one of them"


RULES = (
    Rule("shell-word", Level.ERROR, _shell_words, "shell features without a shell in Procfiles"),
    Rule("bad-reference", Level.ERROR, _variables, "systemd.service(5), COMMAND LINES"),
    Rule("literal-sign", Level.WARNING, _literal_dollar, "ddollar/foreman#664"),
    Rule("runs-away", Level.WARNING, _forks, "openclaw/openclaw#75115"),
    Rule("second-manager", Level.WARNING, _second_manager, "ValueCell-ai/ClawX#818"),
    Rule("clean-exit", Level.WARNING, _clean_exit, "openclaw/openclaw#122582, #70354"),
    Rule("inline-secret", Level.WARNING, _secrets, "systemd/systemd#40333"),
    Rule("given-twice", Level.ERROR, _secret_twice, "the later line of an EnvironmentFile= wins"),
)
