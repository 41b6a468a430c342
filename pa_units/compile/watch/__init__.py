"""The plans of the companion: what it asks of agents, and what it does about the answers."""
