"""What makes images worse, on purpose."""
