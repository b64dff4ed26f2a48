"""Who waits for whom: locks, threads, pools, finalizers, handlers."""
