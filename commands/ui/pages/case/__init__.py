"""One case of the quarantine: what came, why it is here, what it may be about, what is decided."""
