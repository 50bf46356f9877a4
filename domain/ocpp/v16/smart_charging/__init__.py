"""The Smart Charging profile of OCPP 1.6: limits over time."""
