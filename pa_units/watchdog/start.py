"""Where the companion starts when it is installed apart: `python3 DIRECTORY` runs its __main__.py
and finds pa_units beside it (`python3 -I` finds nothing else of ours)."""

import sys

from pa_units.watchdog.__main__ import main

sys.exit(main(sys.argv[1:]))
