"""One page, one file: each asks the API, shows what it says, and sends what somebody decides."""
