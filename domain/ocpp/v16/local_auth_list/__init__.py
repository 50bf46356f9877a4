"""The Local Auth List Management profile of OCPP 1.6."""
