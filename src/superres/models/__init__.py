"""Networks, their weights and their cards; one paper, one file."""
