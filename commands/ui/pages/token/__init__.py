"""One token: what is thought of it, where it is known, what was charged with it."""
