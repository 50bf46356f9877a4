"""How operators' wishes are granted: one module per subject."""
