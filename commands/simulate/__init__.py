"""Simulated stations that speak OCPP 1.6 with the independent package `ocpp`."""
