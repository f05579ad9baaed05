"""Whether a model fits this machine, before it is downloaded and before it is loaded."""
