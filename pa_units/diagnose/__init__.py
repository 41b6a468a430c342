"""Why does an agent not run? One file per check, each a pure function over what was seen."""
