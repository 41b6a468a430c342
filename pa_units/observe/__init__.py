"""What is true: facts of the host for compile, and the status of what is installed."""
