"""The portal's accounts: members, registration, sign-in, key slots, rate limits.

It keeps sealed seeds and verifiers of login secrets. It must never see a
password, a recovery code or a seed, and holds no code that could open a slot.
"""
