"""Image data sets: named, from files, and from visitors; numpy arrays only."""
