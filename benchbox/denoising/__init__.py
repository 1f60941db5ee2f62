"""Recordings in, denoised recordings out: what `benchbox denoise` does."""
