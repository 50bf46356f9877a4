"""Certificates and what is signed with them, as text in and plain answers out."""
