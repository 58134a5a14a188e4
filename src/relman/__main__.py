"""`python -m relman`."""

from relman.cli.app import main

if __name__ == "__main__":
    main()
