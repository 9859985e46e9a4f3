"""One suite a port: whatever implements the port must pass it."""
