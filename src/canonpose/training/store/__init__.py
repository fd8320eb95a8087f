"""Samples on disk: footage that need not fit into memory."""

from canonpose.training.store.card import CARD
from canonpose.training.store.opening import Store, is_store, open_store
from canonpose.training.store.packing import pack

__all__ = ["CARD", "Store", "is_store", "open_store", "pack"]
