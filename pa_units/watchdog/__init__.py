"""The companion: observes agents and tells the init system; restarts nothing itself."""
