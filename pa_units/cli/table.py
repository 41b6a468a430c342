"""The commands and one line about each: help, completion and man pages read this, and `pa --help`
imports none of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Command(NamedTuple):
    """Where a command stands and what its line of help says."""

    module: str
    """of this package; holds a click command of the same name"""
    help: str
    exits: tuple[int, ...] = ()
    """exit codes beside those that every command has"""


EVERY_EXIT: Mapping[int, str] = MappingProxyType(
    {
        0: "done, or the answer is yes",
        1: "it failed, or the answer is no; why stands on standard error",
        2: "wrong arguments, or a spec with errors: nothing was done",
        130: "interrupted",
    }
)
"""Exit codes that every command has."""

EXITS: Mapping[int, str] = MappingProxyType(
    {
        3: "an agent is not running",
        4: "no permission",
        5: "no such agent is installed",
        7: "the agent does not run",
        8: "changes are pending",
    }
)
"""Exit codes that some commands have: those of LSB init scripts, and of systemctl(1)."""

ASKING = frozenset({"status", "is-active", "is-failed"})
"""Commands whose exit code is the status of a service: to LSB, 4 is one that nobody knows."""
UNKNOWN = 4

COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "install": Command("install", "Install agents from spec files, or update them.", (4, 8)),
        "plan": Command("plan", "Say what apply would do; exit code 8 if anything.", (8,)),
        "apply": Command("install", "Make what is installed the same as spec files.", (4, 8)),
        "rollback": Command("rollback", "Go back to an earlier version of an agent.", (4, 5)),
        "history": Command("rollback", "List the stored versions of an agent.", (5,)),
        "uninstall": Command("uninstall", "Stop agents and remove their files.", (4, 5)),
        "register": Command("change", "Install an agent from the command line.", (4,)),
        "unregister": Command("change", "Stop agents and remove their files.", (4, 5)),
        "set": Command("change", "Change fields of an installed agent.", (4, 5)),
        "edit": Command("change", "Open the spec of an agent and apply it.", (4, 5)),
        "start": Command("lifecycle", "Start agents, with a fresh restart budget.", (4, 5)),
        "stop": Command("lifecycle", "Stop agents.", (4, 5)),
        "restart": Command("lifecycle", "Restart agents.", (4, 5)),
        "enable": Command("lifecycle", "Start agents at boot.", (4, 5)),
        "disable": Command("lifecycle", "Do not start agents at boot.", (4, 5)),
        "reload": Command(
            "lifecycle", "Have agents read their own configuration again.", (4, 5, 7)
        ),
        "pause": Command("lifecycle", "Freeze agents; they keep their memory.", (4, 5, 7)),
        "resume": Command("lifecycle", "Let paused agents go on.", (4, 5, 7)),
        "kill": Command("lifecycle", "Send a signal to agents.", (4, 5, 7)),
        "wait": Command("wait", "Wait until agents run, are healthy or have stopped.", (5,)),
        "status": Command("look", "Show what agents are doing.", (3, 4)),
        "health": Command("health", "Show how agents answer their checks.", (5,)),
        "is-active": Command("look", "Answer by exit code whether agents run.", (3, 4)),
        "is-failed": Command("look", "Answer by exit code whether agents have failed.", (4,)),
        "list": Command("look", "List what is installed."),
        "show": Command("look", "Show properties of an agent's unit.", (5,)),
        "stats": Command("stats", "Show what agents use: CPU, memory, disk, tasks.", (5,)),
        "logs": Command("logs", "Show what agents print, and why they restarted.", (5,)),
        "events": Command("events", "Show what happens to agents: starts, exits, why.", (4, 5)),
        "diagnose": Command("diagnose", "Say why agents do not run, and what to do.", (5,)),
        "test": Command("test", "Run an agent once, watched; find which wall it needs.", (4, 5)),
        "debug": Command("debug", "Pack what somebody needs to help, without secrets.", (5,)),
        "doctor": Command("doctor", "Say whether this host is fit for agents."),
        "cat": Command("look", "Show the files that were generated for an agent.", (5,)),
        "compile": Command("build", "Write the units of a spec without installing them.", (4,)),
        "explain": Command("build", "Say in words what a spec will do."),
        "validate": Command("build", "Check spec files."),
        "fmt": Command("author", "Format spec files.", (8,)),
        "schema": Command("author", "Print the JSON Schema of spec files."),
        "init": Command("author", "Write a commented spec file to start from."),
        "secret": Command("secret", "Store the values of ${VAR} in env.", (4, 5)),
        "completion": Command("complete", "Print a completion script for a shell."),
        "demo": Command("demo", "Show what pa does, with a real agent in a fresh directory."),
        "supervisor": Command(
            "supervisor", "The supervisor for hosts without an init system.", (3, 4)
        ),
    }
)


def exits(name: str) -> Mapping[int, str]:
    """Return the exit codes of a command beside those that every command has."""
    words = dict(EXITS)
    if name in ASKING:
        words[UNKNOWN] = "no such agent is installed"
    return {code: words[code] for code in COMMANDS[name].exits}


HIDDEN: Mapping[str, Command] = MappingProxyType({"_confirm": Command("confirm", "")})
"""Commands that pa starts itself."""

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "help": "pa --help, pa VERB --help, or man pa",
        "ls": "pa list",
        "ps": "pa status",
        "top": "pa stats --watch",
        "monit": "pa stats --watch",
        "list-units": "pa status",
        "describe": "pa status NAME",
        "delete": "pa uninstall NAME",
        "remove": "pa uninstall NAME",
        "rm": "pa uninstall NAME",
        "shutdown": "pa supervisor stop",
        "add": "pa install FILE",
        "up": "pa install FILE",
        "down": "pa uninstall NAME",
        "update": "pa install FILE",
        "reread": "pa validate FILE",
        "tail": "pa logs NAME -f",
        "save": "nothing to do, what is installed with auto_start starts at boot",
        "startup": "what is installed with auto_start starts at boot; pa supervisor boot shows "
        "how, where there is no init system",
        "daemon-reload": "nothing to do, pa tells systemd by itself",
        "reset-failed": "pa start NAME, which clears the count first",
    }
)
"""Words of pm2, supervisorctl, docker and systemctl, and what to say here."""
