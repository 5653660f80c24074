"""Single-image super-resolution."""
