"""Secrets on command lines: `--password x`, `curl -u user:x`, `['mysql', '-px']`. Pure; quoting may be any.

Long options are judged by their names as all keys are. What a short one means is the program's own affair, so those
that take a secret are listed here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from .keys import KeyNames, Sensitive
from .linear import Finder
from .marks import MARK_START, Span
from .values import secret_spans

_USER: Final = "user"
"""Stands for `user:password`, of which the part behind the colon is secret."""

PROGRAMS: Final[Mapping[str, Mapping[str, str]]] = {
    **{f"{program} login": {"p": "password"} for program in ("docker", "podman", "registry", "az", "oc")},
    **{
        program: dict(pair.split(":") for pair in options.split())
        for programs, options in {
            "curl": "u:user U:user b:cookie",
            "http https xh": "a:user",
            "mysql mysqldump mysqladmin mysqlimport mariadb mariadb-dump": "p:glued",
            "sshpass 7z 7za rar": "p:password",
            "zip unzip": "P:password",
            "redis-cli": "a:password",
            "mongo mongosh mongodump mongorestore sqlcmd": "p:password P:password",
            "ldapsearch ldapadd ldapmodify ldapwhoami ldapdelete": "w:password",
            "smbclient rpcclient": "U:user",
            "plink pscp": "pw:password",
            "snmpget snmpwalk": "A:password X:password c:password",
            "openssl": "passin:password passout:password pass:password k:password",
            "keytool jarsigner": "storepass:password keypass:password",
        }.items()
        for program in programs.split()
    },
}
"""By program, its options that take a secret. A glued one has its value in the same word: `-psecret`."""

_USER_OPTIONS: Final = frozenset({"user", "proxy-user", "login", "auth", "credentials", "creds"})
_NAMES: Final = "|".join(sorted((re.escape(name) for name in PROGRAMS), key=len, reverse=True))
PATTERN: Final = (
    r"--[A-Za-z\x{7f}-\x{10ffff}][\w\x{7f}-\x{10ffff}\-]{1,40}(?:[\"'],?)?\s|\s-[A-Za-z][A-Za-z\-]{3,40}(?:[\"'],)?\s"
    r"|\b(?:ENV|ARG|setx?|requirepass|masterauth|AUTH|login)[ \t]+[^\s=]"
    rf"|\b(?:{_NAMES})(?:\.exe)?(?:\\*[\"'],\s?|\s)(?:[^\n]*[\s\"'])?-[A-Za-z]"
)
"""RE2: a long option and something behind it, or a short one behind a program that takes secrets."""

_FIND: Final = Finder(PATTERN, captures=False)
_LONG: Final = re.compile(
    r"""(?<![\w\-.])--?(?P<name>[^\W\d_][\w\-]{1,40}+)(?:["'],\s{0,4}|\s{1,4}\\?\s{0,4})(?P<quote>\\?["'])?(?!-)"""
)
_SET: Final = re.compile(
    r"""\b(?:ENV|ARG|setx?)[ \t]+(?P<name>[A-Za-z_][\w.\-]{1,60})[ \t]+(?P<quote>["'])?(?P<value>[^\s"']+)"""
)
"""`ENV DB_PASSWORD x` of a Dockerfile, `aws configure set aws_secret_access_key x`."""
_JOINED: Final = re.compile(r"[_.\-]")
_LOGIN: Final = re.compile(
    r"""\b(?:requirepass|masterauth)[ \t]++["']?(?P<redis>[^\s"']+)
        | (?:\b(?:machine[ \t]++\S++|default)\s++|(?:^|\n)[ \t]{0,8})login[ \t]++\S++\s++password
          [ \t]++(?P<netrc>[^\s"']+)
        | \bAUTH[ \t]++(?:[\w.\-]{1,40}[ \t]++)?(?P<auth>(?=[^\s"']*\d)(?=[^\s"']*[a-z])[^\s"',;]{8,200}+)""",
    re.VERBOSE,
)
"""What redis, .netrc and the `AUTH` of protocols have."""
_PROGRAM: Final = re.compile(rf"(?<![\w\-.])(?P<name>{_NAMES})(?:\.exe)?(?=\\*[\s\"'])")
_SHORT: Final = re.compile(
    r"""(?<=[\s"'])-(?P<name>[A-Za-z]{1,8})(?P<between>["'],\s{0,4}|\s{1,4})?(?P<quote>\\?["'])?(?![\s\-])"""
)
_WORD: Final = re.compile(r"""[^\s"'`,;|<>()\[\]{}\\]++""")
_GLUED: Final = re.compile(r"""[^\s"'`,;|<>()\[\]{}\\]{1,100}+""")
_LINE: Final = 2000


def command_spans(text: str, source: bytes, keys: KeyNames) -> Iterator[Span]:
    """The secrets on every command line in `text`; `source` is the same for RE2."""
    if _FIND.find(source) is None:
        return
    for match in _LONG.finditer(text):
        at, end = match.end(), _value_end(text, match)
        name = match["name"]
        if name.lower() in _USER_OPTIONS:
            yield from _behind_colon(text, at, end)
        elif sensitive := keys.judge(name):
            yield from secret_spans(sensitive, text[at:end], keys, at)
    for match in _SET.finditer(text):
        name = match["name"]
        is_word = name.islower() and not _JOINED.search(name)  # `set password rules` is prose
        if not is_word and (sensitive := keys.judge(name)):
            yield from secret_spans(sensitive, match["value"], keys, match.start("value"))
    for match in _LOGIN.finditer(text):
        name = match.lastgroup or ""
        if not match[name].startswith(MARK_START) and not match[name].isalpha():
            yield from secret_spans(Sensitive("password"), match[name], keys, match.start(name))
    programs = list(_PROGRAM.finditer(text))
    for match, following in zip_longest(programs, programs[1:]):
        line = text.find("\n", match.end(), match.end() + _LINE)
        stop = min(match.end() + _LINE if line < 0 else line, following.start() if following else len(text))
        yield from _short_options(text, match.end(), stop, PROGRAMS[match["name"]], keys)


def argument_kinds(arguments: Sequence[object], keys: KeyNames) -> dict[int, Sensitive]:
    """Which of the words of one command are secret, by their index."""
    found: dict[int, Sensitive] = {}
    options = PROGRAMS.get(str(arguments[0]).rpartition("/")[2], {}) if arguments else {}
    for index, word in enumerate(arguments[:-1]):
        if not isinstance(word, str) or not word.startswith("-") or len(word) < 2:
            continue
        name = word.lstrip("-")
        if word.startswith("--") or len(name) > 2:
            sensitive = Sensitive(_USER) if name.lower() in _USER_OPTIONS else keys.judge(name)
        else:
            sensitive = Sensitive(options[name]) if name in options else None
        if sensitive and sensitive.kind not in keys.off and not str(arguments[index + 1]).startswith("-"):
            found[index + 1] = sensitive
    return found


def argument_spans(sensitive: Sensitive, value: str, keys: KeyNames) -> list[Span]:
    """What of a word that `argument_kinds` named must go."""
    if sensitive.kind == _USER:
        return [] if "password" in keys.off else list(_behind_colon(value, 0, len(value)))
    return secret_spans(sensitive, value, keys)


def _short_options(text: str, at: int, stop: int, options: Mapping[str, str], keys: KeyNames) -> Iterator[Span]:
    for match in _SHORT.finditer(text, at, stop):
        name = match["name"]
        if options.get(name[0]) == "glued":
            word = _GLUED.match(text, match.start() + 2, stop)
            if word and not word[0].startswith(MARK_START):
                yield Span(*word.span(), "password", by_key=True)
            continue
        kind = options.get(name) or options.get(name[-1])
        if kind is None or match["between"] is None:
            continue
        at, end = match.end(), min(_value_end(text, match), stop)
        if kind == _USER:
            yield from _behind_colon(text, at, end)
        else:
            yield from secret_spans(Sensitive(kind), text[at:end], keys, at)


def _value_end(text: str, option: "re.Match[str]") -> int:
    at, quote = option.end(), option["quote"]
    if quote:
        end = text.find(quote, at)
        return len(text) if end < 0 else end
    word = _WORD.match(text, at)
    return word.end() if word else at


def _behind_colon(text: str, at: int, end: int) -> Iterator[Span]:
    """The password of `user:password` or, as Samba has it, `user%password`."""
    places = [place for sign in ":%" if (place := text.find(sign, at, end)) > at]
    if places and (start := min(places) + 1) < end and not text.startswith((MARK_START, "//"), start):
        yield Span(start, end, "password", by_key=True)
