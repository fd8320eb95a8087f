"""Data sets with known 3D, read from their official layouts, under the paper's protocols."""

from canonpose.datasets.dataset import Dataset, LabelledTake
from canonpose.datasets.registry import DATASETS, read_dataset

__all__ = ["DATASETS", "Dataset", "LabelledTake", "read_dataset"]
