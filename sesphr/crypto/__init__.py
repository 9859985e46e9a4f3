"""The protocol's mathematics and formats, without web framework or business rules.

Every refusal is a `sesphr.crypto.errors.CryptoError`. The JavaScript kernel in
static/js/crypto has the same modules and is checked by the same vectors.
"""
