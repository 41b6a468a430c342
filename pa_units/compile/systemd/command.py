"""What runs: the main process, its type, and every other command of the spec, all of them as the
agent's user in the agent's sandbox."""

import shlex
from functools import lru_cache

from pa_units.compile import unit_commands
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error
from pa_units.compile.systemd import restart, script, start_type
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Loc, Note
from pa_units.spec.command import Command
from pa_units.spec.model import Agent


def part(draft: Draft) -> Part:
    """`Type=`, `Exec…=`, signals and time limits."""
    return Part(
        (*start_type.lines(draft), *_commands(draft), *_stopping(draft)),
        notes=(*missing_program(draft), *start_type.notes(draft)),
    )


def exec_line(command: Command, executable: str | None = None, prefix: str = "") -> text.UnitText:
    """One command of the spec. What a shell runs, that shell expands."""
    if command.shell:
        return unit_commands.script(command.words[0], shell=script.SHELL, prefix=prefix)
    return unit_commands.command(command.words, executable=executable, prefix=prefix)


def _commands(draft: Draft) -> tuple[Directive, ...]:
    main = ("ExecStart", exec_line(script.with_exec(draft.agent.cmd), draft.place.executable))
    hooks = draft.agent.hooks
    if not hooks.model_fields_set:
        return directives("Service", main, *_reload(draft), *_stop(draft))
    lines = (
        *(("ExecStartPre", exec_line(hook)) for hook in hooks.pre_start),
        main,
        *(("ExecStartPost", exec_line(hook)) for hook in hooks.post_start),
        *_reload(draft),
        # A failure is told and changes nothing: else the next ExecStop= would not run, a clean stop
        # end as failed, and an agent that ended by itself be started again (ran on 252 and 257).
        *(("ExecStop", exec_line(hook, prefix="-")) for hook in hooks.pre_stop),
        *_stop(draft),
        *(("ExecStopPost", exec_line(hook, prefix="-")) for hook in hooks.post_stop),
    )
    return directives("Service", *lines)


def _reload(draft: Draft) -> tuple[tuple[str, text.UnitText], ...]:
    agent = draft.agent
    if agent.reload_command is not None:
        return (("ExecReload", exec_line(agent.reload_command)),)
    if agent.reload_signal is not None:
        signal = agent.reload_signal.removeprefix("SIG")
        # The shell's own: kill(1) is in a package that not every host has.
        kill = unit_commands.own_command(script.SHELL, "-c", f"kill -{signal} ${{MAINPID}}")
        return (("ExecReload", kill),)
    return ()


def _stop(draft: Draft) -> tuple[tuple[str, text.UnitText], ...]:
    command = draft.agent.stop_command
    return () if command is None else (("ExecStop", exec_line(command)),)


def _stopping(draft: Draft) -> tuple[Directive, ...]:
    agent = draft.agent
    return _end(
        start_type.time_limit(draft),
        agent.stop_timeout,
        _kill_mode(agent.cmd),
        agent.stop_signal,
        agent.success_exit_codes,
        agent.no_restart_exit_codes,
        not_for_reload(agent),
    )


@lru_cache(maxsize=256)  # hundreds of agents end in a few ways
def _end(
    start: text.UnitText,
    stop: int,
    mode: str,
    signal: str,
    success: tuple[str, ...],
    prevent: tuple[str, ...],
    force: tuple[str, ...],
) -> tuple[Directive, ...]:
    return directives(
        "Service",
        ("TimeoutStartSec", start),
        ("TimeoutStopSec", text.span(stop)),
        ("KillMode", text.word(mode)),
        *((("KillSignal", text.word(signal)),) if signal != "SIGTERM" else ()),
        *_exit_codes("SuccessExitStatus", success),
        *_exit_codes("RestartPreventExitStatus", prevent),
        *_exit_codes("RestartForceExitStatus", force),
    )


def _kill_mode(command: Command) -> str:
    """TERM to the main process, which knows its children; KILL to all that is left. Where that is
    a shell, TERM to all."""
    return "control-group" if script.is_compound(command) else "mixed"


_CLEAN = frozenset({"SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE"})
"""Signals that end a process with success, systemd.service(5), SuccessExitStatus=."""


def not_for_reload(agent: Agent) -> tuple[str, ...]:
    """A program that does not handle the signal of a reload is ended by it, for systemd with
    success: without this line it would stay down (ran on 252 and 257)."""
    signal = agent.reload_signal
    if signal not in _CLEAN or agent.restart_policy != "on-failure" or not restart.restarts(agent):
        return ()
    return (signal,)


def _exit_codes(directive: str, codes: tuple[str, ...]) -> tuple[tuple[str, text.UnitText], ...]:
    return ((directive, text.words(codes)),) if codes else ()


def missing_program(draft: Draft) -> tuple[Note, ...]:
    """Is the program there?"""
    if draft.place.executable is not None or draft.agent.cmd.shell:
        return ()
    program = draft.agent.cmd.words[0]
    loc: Loc = ("cmd",)
    if draft.place.instead:
        hint = f"{draft.place.instead} is there: cmd: {_with_program(draft, draft.place.instead)}"
    elif "/" in program:
        hint = "the file is not there, or not executable"
    else:
        hint = "install it, or give its full path; PATH here is systemd's own, not your shell's"
    found = error(draft.name, loc, "cmd-missing", f"cannot find the program '{program}'", hint)
    return (found,)


def _with_program(draft: Draft, program: str) -> str:
    return shlex.join((program.rpartition("/")[2], *draft.agent.cmd.words[1:]))
