"""From the settings to what each part is told of them; a module for each role."""
