"""One transaction: how it began and ended, what was measured, what proves it, what can be done."""
