"""A quality metric that is learned from your own raters."""
