"""Which model runs, and what is said of its engine."""
