"""What is installed: entry points, the text of specs, and the options of plugins."""
