"""A stand-in for curl on machines that have none: the few options that the docs use.

It fails when the answer is an error, so that a page that asks in vain fails too.
"""

from __future__ import annotations

import argparse
import sys
import urllib.error
import urllib.request


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", dest="silent", action="store_true")
    parser.add_argument("-i", dest="head", action="store_true")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("url")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.headers)
    request = urllib.request.Request(given.url, headers=headers)  # noqa: S310  # the docs' own URLs
    try:
        answer = urllib.request.urlopen(request)  # noqa: S310
    except urllib.error.HTTPError as error:
        answer = error
    if given.head:
        lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers.items())]
        sys.stdout.write("\n".join([*lines, "", ""]))
        sys.stdout.flush()
    sys.stdout.buffer.write(answer.read())
    sys.exit(22 if answer.status >= 400 else 0)


if __name__ == "__main__":
    main()
