"""The library of charging profiles: found, drawn, written, sent to stations."""
