"""How single locks are used: taken, given back, made, copied, misread."""
