"""What a conversation is: a message tree with labels, rankings and reactions. No I/O."""
