"""`benchbox check`: the conformance kit, and more, on anything that can be named."""
