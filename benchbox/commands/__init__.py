"""The commands of the command line, a file for each thing people come to do. Heavy imports stay inside."""
