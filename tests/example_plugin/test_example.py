"""What a plugin author's own test file looks like: the conformance kit does the work."""

from benchbox.testing import DenoiserContract


class TestExample(DenoiserContract):
    spec = "example(width=7)"
