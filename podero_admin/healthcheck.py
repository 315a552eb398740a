"""`python -m podero_admin.healthcheck`: exit 0 when the dashboard in this container is ready; for the Dockerfile."""

import os
import sys
import urllib.request


def main() -> int:
    prefix = os.environ.get("URL_PREFIX", "").strip("/")
    address = f"http://127.0.0.1:8000{f'/{prefix}' if prefix else ''}/readyz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=4):
            return 0
    except OSError as error:
        print(error, file=sys.stderr)  # noqa: T201 - shown by `docker inspect`
        return 1


if __name__ == "__main__":
    sys.exit(main())
