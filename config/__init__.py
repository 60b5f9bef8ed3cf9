"""What the program is told from outside: settings, logging, and the services it can bring along."""
