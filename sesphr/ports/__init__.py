"""What the apps may say to each other: protocols, frozen data classes, errors.

Standard library only. An app never imports another server's app; it calls a
port, which `sesphr.adapters` resolves from the settings.
"""
