"""From messages to token ids: prompt formats, chat templates, and what of a prompt may be a special token."""
