"""What a service owes the machine it runs on: readiness, a watchdog, health, figures, and logs."""
