"""The public events as they come, and how others get them."""
