"""One check each: ask a target once, say how it answered."""
