"""`benchbox new`: a complete plugin package to start from."""
