"""`manage.py cluster`: a whole deployment on one machine, each server a process of its own."""
