"""How staff sign in: with a password and a second factor; and what they may do with members.

Staff have no keys and no records, so their password goes to this server, hashed at rest.
"""
