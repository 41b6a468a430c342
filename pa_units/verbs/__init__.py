"""What each command does: plain arguments in, a result value out. No printing, no parsing."""
