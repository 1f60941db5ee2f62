"""Scores of a run, a baseline or several runs, and the statistics of comparing them."""
