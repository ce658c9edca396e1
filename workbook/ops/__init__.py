"""Every operation: its value and its derivative, side by side."""
