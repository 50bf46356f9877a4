"""The fleet at a glance: figures, the last day, the last problems."""
