"""Blind listening tests on the sounds that a run kept, and what the listeners say."""
