"""The half that lives in the Locust process. Imports the standard library, Locust, gevent and msgpack, nothing else."""
