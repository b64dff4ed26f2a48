"""What several threads touch, by which lock it is guarded, and how it can break."""
