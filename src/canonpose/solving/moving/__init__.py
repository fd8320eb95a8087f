"""Rigs whose cameras move: rotations moment by moment, and joints with them."""
