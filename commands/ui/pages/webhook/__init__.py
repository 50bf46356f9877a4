"""One webhook: how far it is, its attempts, its secret."""
