"""The portal: relays what endpoints signed and sealed, and keeps who asked whom.

It imports no code that decrypts; all it ever holds is opaque.
"""
