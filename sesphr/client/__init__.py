"""The Python endpoint: a member's own software, which alone holds seed and plaintext.

It speaks the HTTP API and trusts no server: what arrives is checked against
signatures, pins and the log before it is used. It imports the kernel and third-party
libraries only, never a server's code.
"""
