"""Checks test vectors with the Python kernel, and in browsers with the JavaScript one."""
