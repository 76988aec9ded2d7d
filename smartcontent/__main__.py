"""`python -m smartcontent` is `smartcontent`."""

from smartcontent.cli import main

if __name__ == "__main__":
    main()
