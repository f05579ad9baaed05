"""From the wish for a model to a download that ends in the library."""
