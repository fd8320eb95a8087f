"""Lifted poses to files that others read."""
