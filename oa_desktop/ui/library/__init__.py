"""The models page: what can be had, what is on its way, what is on this machine, what the hub knows."""
