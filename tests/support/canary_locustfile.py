"""The locustfile of the load test with the canaries, as text: it does what `canary_plan` says, each thing once."""

from typing import Final

LOCUSTFILE: Final = '''
import json, logging, os, sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit
from locust import FastHttpUser, HttpUser, User, constant, events, task
from locust.exception import StopUser
from locust_failure_forwarder import install

PLAN = json.loads(Path("plan.json").read_text())


@events.init.add_listener
def part_the_logs(**_):
    """Locust's own log quotes every exception, as it should. It gets a file, so that the rest of the output is ours."""
    own = logging.FileHandler(f"locust-own-{os.getpid()}.log")
    for name in (None, "locust", "locust.stats_logger"):
        logging.getLogger(name).handlers[:] = [own]
    ours = logging.getLogger("locust_failure_forwarder")
    ours.setLevel(logging.DEBUG)
    ours.propagate = False
    ours.addHandler(logging.StreamHandler(sys.stderr))


install()


@events.request.add_listener
def witness(name, url, exception, context, **_):
    """What every listener is told, the plugin's among them."""
    if exception is not None:
        write({"name": name, "url": url, "exception": str(exception), "context": context})


@events.user_error.add_listener
def witness_user_error(exception, **_):
    write({"exception": str(exception)})


def write(seen):
    with Path(f"seen-{os.getpid()}.jsonl").open("a") as file:
        file.write(json.dumps(seen) + "\\n")


def perform(user, number, what):
    host = urlsplit(user.host).netloc
    address = what["address"].format(host=host, closed=os.environ["CANARY_CLOSED"])
    body = what["body"]
    arguments = {
        "name": what["name"],
        "headers": what["headers"],
        "data": None if body is None else body.encode(),
        "allow_redirects": False,
    }
    if what["context"] is not None:
        arguments["context"] = what["context"]
    url = f"{address}/case/{number}{what['path']}"
    if what["failure"] is None:
        user.client.request(what["method"], url, **arguments)
        return
    with user.client.request(what["method"], url, catch_response=True, **arguments) as response:
        response.failure(ValueError(what["failure"]) if what["raises"] else what["failure"])


class Once(User):
    """Runs each of its steps once."""

    abstract = True
    wait_time = constant(0)
    step = -1

    def context(self):
        return PLAN["of_users"]

    @task
    def next_step(self):
        self.step += 1
        steps = self.steps()
        if self.step >= len(steps):
            raise StopUser
        self.do(self.step, steps[self.step])


class Plain(Once, HttpUser):
    fixed_count = 1

    def steps(self):
        return PLAN["exchanges"]

    def do(self, number, what):
        perform(self, number, what)


class Fast(Once, FastHttpUser):
    fixed_count = 1

    def steps(self):
        return PLAN["exchanges"]

    def do(self, number, what):
        perform(self, number, what)


class LoginError(Exception):
    pass


class Raising(Once):
    fixed_count = 1

    def steps(self):
        return PLAN["raised"]

    def do(self, number, what):
        try:
            int(what)
        except ValueError as error:
            raise LoginError(what) from error


class Own(Once):
    """A client of one's own, which fires the event itself."""

    fixed_count = 1

    def steps(self):
        return PLAN["contexts"]

    def do(self, number, what):
        valid = number + 1 < len(PLAN["contexts"])
        secret = json.dumps(what)
        response = SimpleNamespace(
            status_code=500, headers={"x-note": "own"}, content=secret.encode(),
            request=SimpleNamespace(headers=[(b"X-Api-Key", b"")], body=secret, url=None),
        )
        self.environment.events.request.fire(
            request_type="grpc", name="own client", response_time=1, response_length=0 if valid else -1,
            response=response, url=None, exception=LoginError(f"refused: {what}"), context=what,
        )
'''
