"""Personal data in the log: found, sealed value by value, and opened again while its key exists."""
