"""What becomes of threads, timers and pools from their making to their end."""
