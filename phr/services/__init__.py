"""What the portal does for members: it relays to SRS and cloud, then writes its own row."""
