"""The half that lives in the forwarder process. Never imports Locust or gevent. `run.py` shows the whole flow."""
