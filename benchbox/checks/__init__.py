"""What is checked before scores are believed: metrics on known rows, leaks, the installation."""
