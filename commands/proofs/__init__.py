"""Proofs of what is billed: the rows gathered, the bundle made, and told to people."""
