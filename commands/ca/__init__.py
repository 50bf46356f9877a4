"""Certificate authorities: one for development in a folder, or a command that asks another."""
