"""Text to nodes with places, and values back to text: knows YAML and JSON, nothing of agents."""
