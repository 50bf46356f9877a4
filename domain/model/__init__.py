"""The aggregates: pure decisions and the facts they lead to."""
