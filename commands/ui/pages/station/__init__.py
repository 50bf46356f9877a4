"""One station: what it is, what it said, what can be asked of it; each tab is a file."""
