"""What the kind `square` knows of Square beside its walk: shapes and webhooks."""
