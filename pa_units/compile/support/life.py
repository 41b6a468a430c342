"""Support for what an agent is, how it starts, ends, and comes back."""

from collections.abc import Mapping

from pa_units.compile.support.way import (
    Row,
    Way,
    companion,
    exact,
    impossible,
    later,
    nearly,
)

_NO_SANDBOX = impossible("no init system: nothing builds a sandbox")
_WRAPPER = nearly("a wrapper turns the code into 0; launchd knows 0 and not 0 only")
_COUNTED = companion("launchd restarts for ever: the companion counts")
_PACED = nearly("ThrottleInterval counts from start to start and does not grow")
_ONLY_SPEC = exact("stays in the spec, shown by status and labels")


def _same(by: str) -> Row:
    return Row(exact(by), exact(by), exact(by))


def _all(systemd: str, run: str, launchd: Way) -> Row:
    return Row(exact(systemd), exact(run), launchd)


_HOOK = companion("launchd runs one program: the companion runs the others")

LIFE: Mapping[str, Row] = {
    "name": _all("NAME.service", "the agent's name", exact("Label pa.NAME")),
    "cmd": _all("ExecStart=", "execve(2)", exact("ProgramArguments")),
    "shell": _all("sh -c, with exec for one program", "the same", exact("the same")),
    "description": _all("Description=", "shown by status", exact("a comment")),
    "documentation": Row(
        nearly("Documentation=, addresses alone", told=True), _ONLY_SPEC, _ONLY_SPEC
    ),
    "cwd": _all("WorkingDirectory=, else StateDirectory=", "chdir(2)", exact("WorkingDirectory")),
    "auto_start": _all("WantedBy=", "started with the supervisor", exact("RunAtLoad")),
    "type": _all(
        "Type=", "exec, forking, oneshot; notify later", nearly("every start counts as exec")
    ),
    "pid_file": _all("PIDFile=", "read after the start", impossible("launchd forbids daemonizing")),
    "start_timeout": _all(
        "TimeoutStartSec=", "a timer", companion("launchd waits for no start to be complete")
    ),
    "restart_policy": _all("Restart=", "the state machine", exact("KeepAlive")),
    "max_restarts": _all("StartLimitBurst=", "a count", _COUNTED),
    "restart_window": _all("StartLimitIntervalSec=", "begins with its first restart", _COUNTED),
    "backoff": _all("RestartSec= and more; a helper before 254", "a timer", _PACED),
    "backoff.initial_delay": _all("RestartSec=", "a timer", _PACED),
    "backoff.max_delay": _all("RestartMaxDelaySec=", "a timer", _PACED),
    "backoff.multiplier": Row(
        nearly("RestartSteps= reaches max_delay in equal steps", told=True),
        exact("a timer"),
        impossible("launchd has no growing delay of its own to set"),
    ),
    "backoff.reset_after": _all("a timer per agent that runs reset-failed", "a timer", _COUNTED),
    "success_exit_codes": _all("SuccessExitStatus=", "the state machine", _WRAPPER),
    "no_restart_exit_codes": _all("RestartPreventExitStatus=", "the state machine", _WRAPPER),
    "stop_signal": _all(
        "KillSignal=", "kill(2)", impossible("launchd sends SIGTERM and nothing else")
    ),
    "stop_timeout": _all("TimeoutStopSec=", "a timer", exact("ExitTimeOut")),
    "stop_command": _all("ExecStop=", "run before the signal", _HOOK),
    "reload_command": _all("ExecReload=", "run by reload", _HOOK),
    "reload_signal": _all("ExecReload=kill", "kill(2)", exact("launchctl kill")),
    "hooks": _all("Exec…= lines", "run around the agent", _HOOK),
    "hooks.pre_start": _all("ExecStartPre=", "run before each start", _HOOK),
    "hooks.post_start": _all("ExecStartPost=", "run after each start", _HOOK),
    "hooks.pre_stop": _all("ExecStop=", "run before a stop by hand", _HOOK),
    "hooks.post_stop": _all("ExecStopPost=", "run after each end", _HOOK),
    "user": _all("User=", "setresuid(2), as root", exact("UserName, of daemons")),
    "group": _all("Group=", "setresgid(2), as root", exact("GroupName, of daemons")),
    "umask": _all("UMask=", "umask(2)", exact("Umask")),
    "nice": _all("Nice=", "setpriority(2)", exact("Nice")),
    "hardening": Row(exact("a level of directives"), _NO_SANDBOX, _NO_SANDBOX),
    "hardening.level": Row(exact("docs/hardening.md"), _NO_SANDBOX, _NO_SANDBOX),
    "env": _all("Environment=, ${VAR} in a file", "execve(2)", exact("EnvironmentVariables")),
    "env_file": _all("EnvironmentFile=", "read at each start", nearly("read at install")),
    "env_file.path": _all("EnvironmentFile=", "read at each start", nearly("read at install")),
    "env_file.required": _all("EnvironmentFile=-", "a missing file is skipped", exact("the same")),
    "resources": Row(
        exact("control groups"), nearly("rlimits alone", told=True), nearly("rlimits alone")
    ),
    "resources.cpu_limit": Row(
        exact("CPUQuota="),
        impossible("no control group of its own"),
        impossible("launchd has no CPU limit"),
    ),
    "resources.memory_limit": Row(
        exact("MemoryMax= and MemorySwapMax=0"),
        impossible("no control group of its own"),
        companion("launchd enforces none: the companion measures"),
    ),
    "resources.memory_high": Row(
        exact("MemoryHigh="),
        impossible("no control group of its own"),
        impossible("launchd slows nothing down"),
    ),
    "resources.disk_limit": Row(
        nearly("its logs, and its state directory from systemd 258 on", told=True),
        later("nothing measures what the agent stores"),
        later("nothing measures what the agent stores"),
    ),
    "resources.tasks": Row(
        exact("TasksMax="),
        nearly("RLIMIT_NPROC counts all processes of the user"),
        nearly("NumberOfProcesses counts all processes of the user"),
    ),
    "resources.open_files": _all(
        "LimitNOFILE=",
        "RLIMIT_NOFILE",
        nearly("NumberOfFiles, which in a daemon sets a sysctl too"),
    ),
    "resources.io_weight": Row(
        exact("IOWeight="),
        impossible("no control group of its own"),
        nearly("LowPriorityIO, on or off"),
    ),
    "labels": _same("kept in the ledger, for -l"),
    "systemd": Row(
        exact("directives as they stand"),
        exact("meant for systemd alone"),
        exact("meant for systemd alone"),
    ),
    "launchd": Row(
        exact("meant for launchd alone"),
        exact("meant for launchd alone"),
        exact("keys as they stand"),
    ),
    "x-*": Row(_ONLY_SPEC, _ONLY_SPEC, _ONLY_SPEC),
}
