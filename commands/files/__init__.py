"""Files for stations and of stations: kept on disk, taken and given in pieces."""
