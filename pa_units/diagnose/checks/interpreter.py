"""The program is a script whose first line leads nowhere, or made for another processor."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain


def find(seen: Evidence) -> Iterator[Finding]:
    """The kernel says ENOENT for an interpreter that is not there, as if the script were gone."""
    program = seen.program
    if program is None or not program.exists:
        return
    if program.lost:
        yield certain(
            f"{program.path} wants {_shown(program.lost)} to run it, which is not there",
            f"its first line is #!{_shown(program.interpreter)}",
            "it ends in \\r, as Windows writes lines" if program.lost.endswith("\r") else "",
            next=_mended(program.path, program.lost),
        )
    elif program.foreign:
        yield certain(
            f"{program.path} is made for another processor",
            f"it is for {program.foreign}",
            next="install the one for this machine",
        )
    elif program.kind == "text" and seen.exited(203):
        yield certain(
            f"{program.path} does not say what runs it",
            "it is no binary and has no #! line",
            next="begin it with #!/bin/sh or the like, or name the interpreter in cmd:",
        )
    elif program.kind == "empty":
        yield certain(f"{program.path} is empty", "0 bytes", next="install it again")


def _shown(text: str) -> str:
    return text.replace("\r", "\\r")


def _mended(path: str, lost: str) -> str:
    if lost.endswith("\r"):
        return f"sed -i 's/\\r$//' {path}"
    if lost in ("python", "/usr/bin/python"):
        return f"write #!/usr/bin/env python3 into {path}"
    return f"install {lost}, or name the interpreter in cmd:"
