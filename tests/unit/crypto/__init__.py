"""The kernel by itself: what vectors cannot enumerate."""
