"""Short ways to the things tests are about. Everything goes through the services."""
