"""All moments of a take at once: joints, bones of constant length, and cameras that may move."""
