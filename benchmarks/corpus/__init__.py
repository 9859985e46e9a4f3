"""The corpus: what of many records that others wrote can be imported and shown, and why not the rest."""
