"""Square's dialect (contracts/square.md): customers to read, locations, merchants. Its writing half comes later."""
