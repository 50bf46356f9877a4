"""OCPP 1.6 (edition 2, errata 4.0), JSON."""
