"""Images as batches, degraded on purpose."""
