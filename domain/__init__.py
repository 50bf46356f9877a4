"""What is true: the model, how messages become facts, and what each OCPP version calls them."""
