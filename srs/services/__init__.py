"""Writes of one node, one module a verb of the protocol."""
