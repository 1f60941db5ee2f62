"""The regression gate: a committed baseline, and a verdict on what came after."""
