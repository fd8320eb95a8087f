"""Human3.6M: eleven actors before four static cameras, seven of them with known 3D."""

from canonpose.datasets.human36m.reader import read

__all__ = ["read"]
