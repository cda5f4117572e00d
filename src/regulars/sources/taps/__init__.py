"""Programs that print customers as messages, one a line: Singer's taps and Airbyte's sources."""
