"""Models from the Hugging Face Hub: catalogue, search, resumable and verified download. Blocks; no Qt."""
