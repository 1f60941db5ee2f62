"""A run from start to end: the order of its work, its workers, and its folder on disk."""
