"""The shapes of what the server answers, as far as the client uses them.

An answer of another shape cannot be read (exit 5); whether its content is true is
checked elsewhere, by signatures.
"""
