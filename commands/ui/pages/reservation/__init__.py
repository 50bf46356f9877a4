"""One reservation: its terms, what came of it, and giving it up."""
