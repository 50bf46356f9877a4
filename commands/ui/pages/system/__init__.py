"""What the installation is made of, and how it keeps up."""
