"""The Core profile of OCPP 1.6."""
