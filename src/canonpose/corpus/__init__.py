"""Many files at once: worker processes of this machine, or a Ray cluster."""
