"""Motion files, one format a module."""

ENDINGS = (".npz", ".bvh", ".c3d")
"""Of the files that can be read."""
