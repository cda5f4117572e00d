"""Pulls connected sources: one step at a time, politely, so that a kill at any point loses nothing."""
