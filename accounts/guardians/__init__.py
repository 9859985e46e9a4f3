"""Guardians and dependants: who acts for whom, and the sealed seeds with which they do."""
