"""Values under names in running text: prose, exceptions, reprs, command lines, settings, dumps, log lines."""

# ruff: noqa: RUF001 - Chinese punctuation is what Chinese programs write

from collections.abc import Callable
from typing import Final

from .draw import Draw
from .lookalikes import Pair
from .model import Rank, Secret

Builder = Callable[[Draw, Secret, list[Pair]], str]


def prose(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """The name as words, then the value."""
    spoken = _spoken(secret.key)
    (k, v), (k2, v2) = near[:2]
    if secret.chinese:
        template = draw.choice(
            (
                "登录失败，{key}：{value}，{k}：{v}",
                "用户的{key}是{value}，{k2}为{v2}",
                "校验失败：{key}为“{value}”不正确（{k}={v}）",
                "{k}：{v}；{key}：{value}；{k2}：{v2}",
                "【{key}】{value} 【{k}】{v}",
            )
        )
        return template.format(key=secret.key, value=secret.value, k=k, v=v, k2=k2, v2=v2)
    template = draw.choice(
        (
            "login failed with {key} {value} for {k} {v}",
            "login failed: {key} is {value}, {k} is {v}",
            "The {key} '{value}' was rejected ({k}={v})",
            'invalid {key}: "{value}" while {k2}={v2}',
            "{k}: {v}, {key}: {value}, {k2}: {v2}",
            "could not verify {key}={value}; {k2}={v2}",
            "using {key} `{value}` at {v}",
            "invalid token {key}={value} for {k} {v}",
            "session lost, password wrong: {key}={value}, {k}={v}",
        )
    )
    return template.format(key=spoken, value=secret.value, k=k, v=v, k2=k2, v2=v2)


def _spoken(key: str) -> str:
    """`accessToken` as `access token`, if it has parts."""
    words = "".join(f" {c.lower()}" if c.isupper() and not key.isupper() else c for c in key)
    return words.replace("_", " ").replace("-", " ").strip().lower()


def exception(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """What clients raise when they show their arguments."""
    (k, v), (k2, v2) = near[:2]
    key, value = secret.key, secret.value
    return draw.choice(
        (
            f"ValueError: invalid literal for {key}: {value!r} ({k}={v})",
            f"HTTPError: 401 Unauthorized for {{{key!r}: {value!r}, {k!r}: {v!r}}}",
            f"LoginError({key}={value!r}, {k}={v!r})",
            f"Request(method='POST', data={{{k!r}: {v!r}, {key!r}: {value!r}}}, {k2}={v2!r})",
            f"User(id=7, {k}={v!r}, {key}={value!r})",
            f"assert {{{key!r}: {value!r}}} == {{{key!r}: None}} at {v}",
        )
    )


def traceback_locals(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """A traceback with the values of locals, as better tracebacks print them."""
    (k, v), (k2, v2) = near[:2]
    name = secret.key.replace("-", "_")
    rows = draw.choice(
        (
            [f"    {k2} = {v2!r}", f"    {name} = {secret.value!r}", f"    {k} = {v!r}"],
            [f"    payload = {{{k!r}: {v!r}, {secret.key!r}: {secret.value!r}}}"],
            [f"    self = <Client {k}={v} {name}={secret.value!r}>"],
            [f"    args = (1, {v!r})", f"    kwargs = {{{secret.key!r}: {secret.value!r}}}"],
        )
    )
    head = [
        "Traceback (most recent call last):",
        '  File "locustfile.py", line 42, in checkout',
        "    self.login()",
        "  Locals:",
    ]
    return "\n".join([*head, *rows, f"RuntimeError: login failed at {v2}"])


def command_line(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """Options of programs."""
    value = (
        secret.value
        if secret.rank == 0 and not set(secret.value) & set("#$*!~\"'")
        else "'" + secret.value.replace("'", "") + "'"
    )
    option = _spoken(secret.key).replace(" ", "-")
    (k, v), (_, v2) = near[:2]
    return draw.choice(
        (
            f"Command failed: deploy --{option} {value} --{k} {v}",
            f"Command failed: deploy --{option}={value} --{k}={v} {v2}",
            f"$ login --{k} {v} --{option} {value}",
            f"{secret.key.upper().replace('-', '_')}={value} ./run.sh --{k} {v}",
            f"export {secret.key.replace('-', '_')}={value}; curl https://shop.example.com/{v}",
        )
    )


def settings_file(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """YAML, INI, environment, properties, TOML, PHP."""
    mark = draw.choice((": ", "=", " = ", ": ", " => "))
    quote = draw.choice(('"', "'")) if secret.rank == 1 or draw.chance(0.3) else ""
    value = secret.value.replace("\\", "").replace(quote, "") if quote else secret.value
    rows = [f"{secret.key}{mark}{quote}{value}{quote}", *(f"{k}{mark}{v}" for k, v in near)]
    draw.shuffle(rows)
    return draw.choice(("[app]\n", "# settings\n", "")) + "\n".join(rows)


def request_dump(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """What a verbose client logs: a request with its headers."""
    (k, v), (k2, v2) = near[:2]
    sign = draw.choice(("", "> ", "-> ", "  "))
    name = secret.key.replace("_", "-")
    rows = ["POST /login HTTP/1.1", "Host: shop.example.com", f"X-{k}: {v}", f"{name}: {secret.value}", f"X-{k2}: {v2}"]
    return "\n".join(sign + row for row in rows)


def log_line(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """logfmt and its relatives."""
    (k, v), (k2, v2) = near[:2]
    value = f'"{secret.value}"' if secret.rank else secret.value
    if '"' in secret.value:
        value = '"' + secret.value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    mark = draw.choice(("=", "=", ":"))
    stamp = "2026-05-04T09:30:00Z WARN "
    return stamp + draw.choice((" ", ", ", "; ", " | ")).join(
        [f"{k}{mark}{v}", f"{secret.key}{mark}{value}", f"{k2}{mark}{v2}"]
    )


BUILDERS: Final[dict[str, tuple[Builder, Rank]]] = {
    "prose": (prose, 0),
    "exception": (exception, 2),
    "traceback": (traceback_locals, 2),
    "command line": (command_line, 1),
    "settings": (settings_file, 1),
    "request dump": (request_dump, 1),
    "log line": (log_line, 1),
}


def bare(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """A value whose shape alone tells what it is, with nothing before it that says so."""
    (k, v), (k2, v2) = near[:2]
    template = draw.choice(
        (
            "unexpected answer {value} for {k} {v}",
            "{k}={v} {value} {k2}={v2}",
            "could not reach {value} ({v})",
            "[{v}] {value}",
            "got ({value}), expected {v}",
            '"{value}" is unknown at {v}',
            "<{value}> {v}",
            "无法处理{value}，{k}：{v}",
            "结果为 {value}（{v}）",
        )
    )
    return template.format(value=secret.value, k=k, v=v, k2=k2, v2=v2)
