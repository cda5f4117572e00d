"""The application, as Django calls it."""
