"""What each part of the system has to tell Prometheus; a module for each role, and one for all."""
