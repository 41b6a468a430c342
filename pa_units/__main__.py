"""`python -m pa_units`."""

from pa_units.cli.entry import main

main()
