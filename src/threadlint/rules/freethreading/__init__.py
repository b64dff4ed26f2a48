"""What changes when the GIL is gone."""
