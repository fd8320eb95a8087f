"""Pickles of plain data and numpy arrays, and of nothing else.

A pickle is a program: it names functions and calls them. Here it reaches none that could do harm.
"""

from canonpose.pickles.files import read_npz_object, read_pickle

__all__ = ["read_npz_object", "read_pickle"]
