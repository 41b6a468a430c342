"""How a main process ended, in words. Pure."""

from pa_units.drive.states import UnitState

_STATUS_WORDS = {
    200: "cannot enter the working directory",
    201: "cannot set the nice level",
    203: "cannot execute the program",
    205: "cannot set a resource limit",
    209: "cannot open standard output",
    217: "there is no such user",
    216: "there is no such group",
    218: "cannot set capabilities",
    226: "cannot set up the sandbox's file system",
    228: "cannot set up the system call filter",
    233: "cannot make the runtime directory",
    238: "cannot make the state directory",
    243: "cannot read the credentials",
}
"""Exit codes of systemd itself before the program ran, systemd.exec(5)."""

_RESULT_WORDS = {
    "watchdog": "unhealthy or silent for too long",
    "oom-kill": "killed by the kernel: out of memory",
    "timeout": "took too long",
    "start-limit-hit": "started too often",
    "resources": "a file that it needs is missing or not readable",
    "protocol": "ended before it said it was ready",
    "core-dump": "crashed with a core dump",
}

_CODES = {1: "exited", 2: "killed", 3: "dumped"}
"""si_code of waitid(2), as the journal spells it"""


def cause(unit: UnitState) -> str:
    """Why the last run ended; empty after a success or before any run."""
    words = _out_of_memory(unit) if unit.result == "oom-kill" else ""
    return words or told(unit.result, _ended(unit))


_NEARLY = 0.9
"""Of its limit: what a process asks for at once does not fit under it."""


def _out_of_memory(unit: UnitState) -> str:
    """The kernel kills for a limit of one control group and for the whole machine, and systemd's
    result is the same. "" where too little is known."""
    most, peak = unit.memory_max, unit.memory_peak
    if most is None:
        return "" if peak is None else "killed by the kernel: the machine ran out of memory"
    from pa_units.kit.figures import size

    if peak is None:
        return f"killed by the kernel: out of memory, with a limit of {size(most)}"
    if peak >= _NEARLY * most:
        return f"killed by the kernel: above its memory limit of {size(most)}"
    words = "killed by the kernel: the machine ran out of memory; its own limit of "
    return f"{words}{size(most)} was not reached"


def told(result: str, how: str) -> str:
    """systemd's `Result` in words, with how the main process ended; empty after a success."""
    if result in ("", "success"):
        return ""
    words = _RESULT_WORDS.get(result, "")
    return f"{words} ({how})" if words and how else words or how or result


def _ended(unit: UnitState) -> str:
    if unit.exit is None or not unit.exit.at_us:
        return ""
    return ended(_CODES.get(unit.exit.code, ""), unit.exit.status)


def ended(code: str, status: int | None) -> str:
    """How a process ended: `code` is exited, killed or dumped, `status` a code or a signal."""
    if code == "exited":
        return _exited(status or 0)
    if code in ("killed", "dumped"):
        core = ", core dumped" if code == "dumped" else ""
        return f"killed by {signal_name(status or 0)}{core}"
    return ""


def _exited(status: int) -> str:
    words = _STATUS_WORDS.get(status)
    return f"exit code {status}: {words}" if words else f"exit code {status}"


def signal_name(number: int) -> str:
    """`SIGKILL` for 9; the number itself where it has no name."""
    import signal  # a millisecond, and most agents run

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def code_of(words: str) -> int | None:
    """The exit code that `ended` has put into words."""
    number = words.removeprefix("exit code ").partition(":")[0]
    return int(number) if number.isdecimal() else None


def signal_of(words: str) -> int | None:
    """The signal that `ended` has put into words."""
    if not words.startswith("killed by "):
        return None
    import signal

    name = words.removeprefix("killed by ").partition(",")[0]
    number = name.removeprefix("signal ")
    return int(number) if number.isdecimal() else signal.Signals.__members__.get(name)
