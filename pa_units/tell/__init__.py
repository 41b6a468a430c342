"""The companion's mouth: the one part with a privilege, and so small and alone."""
