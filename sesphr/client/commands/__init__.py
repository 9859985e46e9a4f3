"""The commands, one module a group: each takes the application and its arguments, and answers."""
