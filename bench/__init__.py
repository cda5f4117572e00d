"""What is measured beside `regulars bench`: peers, growth, and the page that is made from all of it."""
