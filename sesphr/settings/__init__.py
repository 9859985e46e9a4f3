"""Settings: `local` (demo), `test`, `production`, each over `base`.

There is no default module on purpose: a server says which one it runs.
"""
