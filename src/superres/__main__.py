"""`python -m superres`."""

from superres.apps.cli.main import run

if __name__ == "__main__":
    run()
