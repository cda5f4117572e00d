"""The hallway: the verbs of the program. Each verb is one transaction.

`Directory` is what is kept open; the verbs are functions of the modules beside this page that take it first:

    from regulars.directory import listing
    page = listing.page(directory, grant, 12345, skip=0, limit=50)
"""

from regulars.directory.directory import Directory

__all__ = ["Directory"]
