"""Which threads only burn processor time."""
