"""What an operator touches: HTTP, command line, settings; and the composition root."""
