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


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "install": Command("install", "Install agents from spec files, or update them."),
        "plan": Command("plan", "Say what apply would do; exit code 8 if anything."),
        "apply": Command("install", "Make what is installed the same as spec files."),
        "rollback": Command("rollback", "Go back to an earlier version of an agent."),
        "history": Command("rollback", "List the stored versions of an agent."),
        "uninstall": Command("uninstall", "Stop agents and remove their files."),
        "register": Command("change", "Install an agent from the command line."),
        "unregister": Command("change", "Stop agents and remove their files."),
        "set": Command("change", "Change fields of an installed agent."),
        "edit": Command("change", "Open the spec of an agent and apply it."),
        "start": Command("lifecycle", "Start agents, with a fresh restart budget."),
        "stop": Command("lifecycle", "Stop agents."),
        "restart": Command("lifecycle", "Restart agents."),
        "enable": Command("lifecycle", "Start agents at boot."),
        "disable": Command("lifecycle", "Do not start agents at boot."),
        "reload": Command("lifecycle", "Have agents read their own configuration again."),
        "pause": Command("lifecycle", "Freeze agents; they keep their memory."),
        "resume": Command("lifecycle", "Let paused agents go on."),
        "kill": Command("lifecycle", "Send a signal to agents."),
        "wait": Command("wait", "Wait until agents run, are healthy or have stopped."),
        "status": Command("look", "Show what agents are doing."),
        "is-active": Command("look", "Answer by exit code whether agents run."),
        "is-failed": Command("look", "Answer by exit code whether agents have failed."),
        "list": Command("look", "List what is installed."),
        "show": Command("look", "Show properties of an agent's unit."),
        "stats": Command("stats", "Show what agents use: CPU, memory, disk, tasks."),
        "logs": Command("logs", "Show what agents print, and why they restarted."),
        "cat": Command("look", "Show the files that were generated for an agent."),
        "compile": Command("build", "Write the units of a spec without installing them."),
        "explain": Command("build", "Say in words what a spec will do."),
        "validate": Command("build", "Check spec files."),
        "fmt": Command("author", "Format spec files."),
        "schema": Command("author", "Print the JSON Schema of spec files."),
        "init": Command("author", "Write a commented spec file to start from."),
        "secret": Command("secret", "Store the values of ${VAR} in env."),
        "completion": Command("complete", "Print a completion script for a shell."),
    }
)

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
        "add": "pa install FILE",
        "up": "pa install FILE",
        "down": "pa uninstall NAME",
        "update": "pa install FILE",
        "reread": "pa validate FILE",
        "tail": "pa logs NAME -f",
        "save": "nothing to do, what is installed with auto_start starts at boot",
        "startup": "nothing to do, what is installed with auto_start starts at boot",
        "daemon-reload": "nothing to do, pa tells systemd by itself",
        "reset-failed": "pa start NAME, which clears the count first",
    }
)
"""Words of pm2, supervisorctl, docker and systemctl, and what to say here."""
