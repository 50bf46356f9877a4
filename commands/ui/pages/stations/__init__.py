"""All stations: found, filtered, chosen, registered, adopted, imported, called together."""
