"""What to run: a suite, and the jobs it is cut into. Nothing here trains or scores."""
