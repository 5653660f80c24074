"""Hand a network to another runtime."""
