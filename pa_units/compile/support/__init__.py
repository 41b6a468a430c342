"""What each target makes of each field, as data: notes and docs/support.md come from it."""
