"""The administration's frame: its site, its read-only pages, its filters.

It knows no server's tables: each app registers its own in its `admin.py`.
"""
