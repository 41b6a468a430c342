"""The ground floor: knows nothing of agents."""
