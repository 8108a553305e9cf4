"""A participant's life: one connection, its assignments, its updates."""
