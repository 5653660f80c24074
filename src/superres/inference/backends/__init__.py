"""Engines that run a network, all behind one protocol."""
