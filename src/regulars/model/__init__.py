"""The words of the program as frozen values: customers, places, pages, instants."""
