"""The public events: what facts mean to others, and never more than they may know for ever."""
