"""Where the rooms are put together: opening, serving, importing, the demo."""
