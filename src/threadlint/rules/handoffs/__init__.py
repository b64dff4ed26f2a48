"""Hand-offs: queues, conditions, events and semaphores."""
