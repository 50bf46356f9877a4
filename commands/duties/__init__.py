"""What each role does while it runs: its loops and servers, started in order, ended in reverse."""
