"""`python -m superres`."""

from superres.apps.cli.main import start

if __name__ == "__main__":
    start()
