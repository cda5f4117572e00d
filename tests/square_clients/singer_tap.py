"""Runs the Singer tap for Square, as it is, in its own environment: python singer_tap.py BASE_URL ARGUMENTS…

Its sandbox is a constant of the SDK that it uses; here that is the server of a test.
"""

import sys

import tap_square  # type: ignore[import-not-found]
from square.configuration import Configuration  # type: ignore[import-not-found]

Configuration.environments["sandbox"]["default"] = sys.argv.pop(1)
tap_square.main()
