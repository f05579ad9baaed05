"""How fast the engine is: everything through its HTTP API, beside a bare llama.cpp loop in the same run."""
