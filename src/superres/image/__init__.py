"""Pixels: files, colour, resize, tiles. Nothing here needs PyTorch."""
