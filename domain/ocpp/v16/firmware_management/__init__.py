"""The profile Firmware Management of OCPP 1.6: new firmware for stations, and their diagnostics."""
