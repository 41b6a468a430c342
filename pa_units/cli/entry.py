"""Where `pa` begins. Questions that scripts ask often are answered before click is loaded."""

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    _open_what_is_closed()
    try:
        code = _answered(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except OSError as error:
        from pa_units.cli.out import cannot_print

        code = cannot_print(error)
    sys.exit(code)


def _answered(arguments: list[str]) -> int:
    from pa_units.cli.quick import answer

    code = answer(arguments)
    if code is None:
        from pa_units.cli.main import run

        code = run(arguments)
    return code


def _open_what_is_closed() -> None:
    """`pa list >&-`: no file of ours may become the standard output, and prints go nowhere."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (open to the end)
