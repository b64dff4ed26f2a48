"""What threads hand over to each other, and how they wait for it."""
