"""What each kind of inbound record leads to: one module per kind."""
