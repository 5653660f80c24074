"""From low-resolution features to high-resolution pixels."""
