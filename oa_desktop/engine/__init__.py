"""The engine: a child process that runs one model and serves it over HTTP. Imported by nothing else."""
