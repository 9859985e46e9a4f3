"""The Setup and Re-encryption Server: public keys, access decisions, re-encryption.

It never sees plaintext, ciphertext or a seed, and imports no code that seals
or opens documents or key slots.
"""
