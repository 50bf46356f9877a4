"""The security extension of OCPP 1.6 (white paper, edition 3): what all its use cases send."""
