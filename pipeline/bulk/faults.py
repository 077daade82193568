"""Faults of bulk work."""

from __future__ import annotations


class BulkFault(ValueError):
    """Files that cannot be read or written as asked; the message names the file and the mend."""
