"""The log server: an append-only Merkle tree of salted commitments.

It must never learn an event, a salt, or whose stream an entry belongs to.
"""
