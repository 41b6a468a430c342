"""The built-in supervisor as a target: one plan in JSON for each unit."""
