"""Measures what endpoints and nodes do, and writes docs/performance.md.

Figures only: nothing here decides whether a build passes, and no test looks at a time.
"""
