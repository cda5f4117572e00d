"""Where records come from. A source fetches what a till sent, byte for byte; it understands nothing of it."""
