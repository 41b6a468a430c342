"""What journald wrote down: lines of agents, and the life of their units."""
