"""Image sets: folders, packed files, benchmark layouts."""
