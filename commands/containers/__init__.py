"""Which class is made of what: the one place that knows them all, and dependency-injector."""
