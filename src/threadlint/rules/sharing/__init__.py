"""State that several threads change."""
