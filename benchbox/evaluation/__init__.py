"""Jobs to rows: mix, denoise, score. Runs in worker processes."""
