"""`python -m sesphr.client COMMAND`."""

import sys

from sesphr.client.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
