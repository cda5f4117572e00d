"""`python -m regulars` is the command `regulars`."""

from regulars import cli

if __name__ == "__main__":
    cli.main()
