"""What becomes of exceptions in code that threads run."""
