"""The models of this machine: what is known of each, and adding, verifying and removing them."""
