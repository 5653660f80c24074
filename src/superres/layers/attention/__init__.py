"""Attention: which channels and which places matter."""
