"""MPI-INF-3DHP: eight people before fourteen static cameras, and six test sequences."""

from canonpose.datasets.mpi_inf_3dhp.protocol import read

__all__ = ["read"]
