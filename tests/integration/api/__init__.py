"""The HTTP API, view by view, over real nodes, store and log."""
