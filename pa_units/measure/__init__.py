"""What the kernel says a control group uses."""
