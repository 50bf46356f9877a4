"""What operators see in a browser: pages over the HTTP API, which each asks as who looks at it."""
