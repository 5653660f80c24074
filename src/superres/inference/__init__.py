"""Use weights: what was asked, checked once; tiles; an engine; the result. Needs no PyTorch."""
