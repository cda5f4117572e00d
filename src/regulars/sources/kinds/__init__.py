"""One module for each kind of source that ships; none knows another. `registry` finds them."""
