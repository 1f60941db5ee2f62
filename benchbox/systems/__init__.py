"""The systems under comparison: training one, loading one, and what it learns from."""
