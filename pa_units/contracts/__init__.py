"""Versioned data that outlives a process: the only shapes two programs of ours share."""
