"""The files of `tls` are read with the configuration: what is wrong with them stops the start (P9), in words (P4)."""

import os
from pathlib import Path

import pytest
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.errors import ConfigError, Problem
from support.certificates import PASSWORD, CertificateFiles

SECRET = "not-a-real-token"
CONFIG = """\
version: 1
destinations:
  monitoring:
    type: http
    url: https://monitoring.example.com/
    tls:
"""


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    return CertificateFiles(tmp_path)


def _load(folder: Path, tls: dict[str, str], text: str = CONFIG) -> Problem | None:
    """The one problem, if there is any; never one with a path or a password."""
    path = folder / "config.yaml"
    path.write_text(text + "".join(f"      {key}: '{value}'\n" for key, value in tls.items()))
    try:
        load_settings(path, {"CLIENT_KEY_PASSWORD": PASSWORD})
    except ConfigError as error:
        refused = error
    else:
        return None
    said = str(refused)
    assert SECRET not in said
    assert PASSWORD not in said
    assert str(folder) not in said.replace(str(path), "")
    (problem,) = refused.problems
    return problem


def test_certificates_that_fit_are_taken(tmp_path: Path, files: CertificateFiles) -> None:
    both, locked = files.certificate, files.locked_key
    assert _load(tmp_path, {"ca": files.ca}) is None
    assert _load(tmp_path, {"client_certificate": files.both}) is None
    assert _load(tmp_path, {"ca": files.ca, "client_certificate": both, "client_key": files.key}) is None
    password = {"client_key_password": "${CLIENT_KEY_PASSWORD}"}
    assert _load(tmp_path, {"client_certificate": both, "client_key": locked, **password}) is None


def test_paths_start_at_the_working_directory(
    tmp_path: Path, files: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    assert _load(tmp_path / "elsewhere", {"ca": "ca.pem"}) is None
    monkeypatch.chdir(tmp_path / "elsewhere")
    problem = _load(tmp_path, {"ca": "ca.pem"})
    assert problem is not None
    assert problem.message == "the file does not exist"
    assert problem.hint == "Relative paths start at the working directory."


@pytest.mark.parametrize("key", ["ca", "client_certificate", "client_key"])
def test_p9_a_file_that_cannot_be_read_stops_the_start_with_line_and_key(
    tmp_path: Path, files: CertificateFiles, key: str
) -> None:
    good = {"client_certificate": files.certificate, "client_key": files.key}
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, reason in (
        (f"no-such-{SECRET}.pem", "does not exist"),
        ("folder", "is a directory"),
        ("pipe", "is not a regular file"),
    ):
        problem = _load(tmp_path, good | {key: str(tmp_path / name)})
        assert problem is not None
        assert problem.message == f"the file {reason}"
        assert problem.key == f"destinations.monitoring.tls.{key}"
        assert problem.line == 7 + list(good | {key: ""}).index(key)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x30\x82\xff", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERT"]
)
@pytest.mark.parametrize("key", ["ca", "client_certificate"])
def test_p9_a_file_without_a_certificate_stops_the_start(tmp_path: Path, key: str, content: bytes) -> None:
    (tmp_path / "none.pem").write_bytes(content)
    problem = _load(tmp_path, {key: str(tmp_path / "none.pem")})
    assert problem is not None
    assert problem.message == "expected a file in PEM form that holds a certificate"
    assert "openssl x509" in problem.hint


def test_p9_a_key_that_does_not_fit_stops_the_start(tmp_path: Path, files: CertificateFiles) -> None:
    certificate = {"client_certificate": files.certificate}
    locked = certificate | {"client_key": files.locked_key}
    cases = [
        (
            certificate | {"client_key": files.other_key},
            "client_key",
            "the private key does not belong to the certificate",
        ),
        (certificate | {"client_key": files.ca}, "client_key", "expected a file in PEM form that holds a private key"),
        (certificate, "client_certificate", "expected a file in PEM form that holds a private key"),
        (locked, "client_key", "the private key is encrypted"),
        (
            locked | {"client_key_password": f"wrong-{SECRET}"},
            "client_key_password",
            "the private key does not open with this password",
        ),
        (locked | {"client_key_password": "x" * 1025}, "client_key_password", "expected at most 1024 bytes"),
        ({"client_key": files.key}, "client_key", "there is no `client_certificate` that it belongs to"),
        ({"client_key_password": SECRET}, "client_key_password", "there is no `client_certificate` that it belongs to"),
    ]
    for tls, key, message in cases:
        problem = _load(tmp_path, tls)
        assert problem is not None, message
        assert (problem.key, problem.message) == (f"destinations.monitoring.tls.{key}", message)


def test_p9_tls_of_an_address_without_it_stops_the_start(tmp_path: Path, files: CertificateFiles) -> None:
    problem = _load(tmp_path, {"ca": files.ca}, CONFIG.replace("https:", "http:"))
    assert problem is not None
    assert problem.key == "destinations.monitoring.tls"
    assert problem.message == "the address begins with http://, so no certificate is used"


@pytest.mark.parametrize("key", ["verify", "insecure", "verify_mode"])
def test_there_is_no_key_that_switches_verification_off(tmp_path: Path, key: str) -> None:
    problem = _load(tmp_path, {key: "false"})
    assert problem is not None
    assert problem.message == "unknown key"
    assert "ca, client_certificate, client_key, client_key_password" in problem.hint


def test_a_missing_variable_in_a_path_is_all_that_is_said_about_it(tmp_path: Path) -> None:
    problem = _load(tmp_path, {"ca": "${NO_SUCH_VARIABLE}"})
    assert problem is not None
    assert problem.message == "environment variable `NO_SUCH_VARIABLE` is not set"


def test_a_comment_that_is_not_utf_8_spoils_no_bundle(tmp_path: Path, files: CertificateFiles) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes("# Autorité\n".encode("latin-1") + Path(files.ca).read_bytes())
    assert _load(tmp_path, {"ca": str(bundle)}) is None
