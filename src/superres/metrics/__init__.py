"""Numbers about two images, each under a named protocol."""
