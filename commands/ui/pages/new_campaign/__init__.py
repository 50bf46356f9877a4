"""Planning a campaign: what is sent, to whom, and how carefully."""
