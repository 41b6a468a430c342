"""Where `pa` begins. Questions that scripts ask often are answered before click is loaded."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from pa_units.cli.quick import answer

    try:
        code = answer(sys.argv[1:])
        if code is None:
            from pa_units.cli.main import run

            code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        from pa_units.cli.out import reader_gone

        code = reader_gone()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
