"""Faults of a TLS certificate in a folder: another one stands in for it. No private key is ever moved or kept."""
