"""What a system costs, by one harness for all."""
