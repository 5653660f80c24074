"""Pages of text, rendered to train on: letters are what photographs have too few of."""
