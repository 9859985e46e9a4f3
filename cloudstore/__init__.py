"""The cloud: encrypted documents and attachments, given out for tickets only.

It must never hold code that decrypts, an R parameter or a re-encryption key.
"""
