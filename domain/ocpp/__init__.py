"""The anti-corruption layer: what OCPP says, translated into the model's words."""
