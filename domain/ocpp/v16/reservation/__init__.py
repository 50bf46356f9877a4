"""The Reservation profile of OCPP 1.6."""
