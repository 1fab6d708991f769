"""The seed of a student's runs, if the command gives none."""

from __future__ import annotations

import hashlib

SEEDS = 999_999_999  # of 1 to this number; that two of 300 names have the same one has a chance of 1 in 20,000


def seed_from_name(firstname: str) -> int:
    """Return the seed that belongs to a first name, the same for ever and on every machine.

    Students with different names train different networks, so equal files are no coincidence.

    firstname: as `checked_firstname` returns it.
    Returns a whole number from 1 to `SEEDS`: the name's SHA-256, as a number, modulo `SEEDS`, plus 1.
    """
    digest = hashlib.sha256(firstname.encode("utf-8")).digest()
    return int.from_bytes(digest, "big") % SEEDS + 1
