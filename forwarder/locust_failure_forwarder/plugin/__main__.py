"""Locust with the plugin attached from outside: what `failure-forwarder run …` becomes. Adds no options of its own."""

import sys


def main() -> None:
    """Attach, then hand over to Locust with the arguments as they are."""
    # Locust first: importing it patches the standard library, which has to come before anything else uses it.
    import locust.main as locust_main

    from .attach import install

    sys.argv[0] = "failure-forwarder run"
    install(asked_for=True)
    locust_main.main()


if __name__ == "__main__":
    main()
