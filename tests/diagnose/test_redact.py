"""Nothing that is secret gets through, and the rest is left readable."""

import base64
import json

import pytest

from pa_units.diagnose.redact import HIDDEN, Redactor, of_variables, of_words

PLAIN = Redactor()


@pytest.mark.parametrize(
    "text",
    [
        "postgres://bot:SECRET@db/x",
        "redis://:SECRET@cache:6379/0",
        "API_KEY=SECRET",
        'Environment="DB_PASSWORD=an SECRET" X=1',
        '["DB_PASSWORD=an SECRET"]',
        '{"password": "SECRET"}',
        "token: SECRET",
        "bot --password SECRET --verbose",
        "bot --api-key=SECRET",
        json.dumps(["bot", "--token", "SECRET"], indent=2),
        "Authorization: Bearer SECRETSECRET",
        "curl -H 'Authorization: Basic SECRETSECRET'",
        "SSH_PRIVATE_KEY='SECRET'",
        "stripe_key: SECRET",
        "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----",
        "got AKIASECRETSECRET12",
        "using sk-proj-SECRETSECRETSECRETSE",
        "eyJSECRETSECRET.eyJSECRETSECRET.SECRET",
        "https://hooks.example.org/x?token=SECRET&y=1",
    ],
)
def test_unknown_values_are_known_by_their_places(text: str) -> None:
    assert "SECRET" not in PLAIN(text).replace("SSH_PRIVATE", ""), PLAIN(text)
    assert HIDDEN in PLAIN(text)


@pytest.mark.parametrize(
    "value",
    ["hunter2!", 'with "quotes" and $', "two\nlines of it", "a b&c=d/e", "日本語の鍵", "100%"],
)
def test_known_values_are_found_however_they_are_written(value: str) -> None:
    redact = Redactor([value])
    word = value.splitlines()[-1].strip()
    for text in (
        f"log: got {value} from the store",
        json.dumps({"x": f"a {value} b"}),
        json.dumps({"x": f"a {value} b"}, ensure_ascii=False),
        f"x: '{value}'",
        base64.b64encode(word.encode()).decode(),
        f"only the last line: {word}",
    ):
        assert word not in redact(text), redact(text)
        assert json.dumps(word)[1:-1] not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "ExecStart=/usr/bin/python3 -m http.server 8080",
        "KeyError: 'name' in keys",
        "OSError: [Errno 98] Address already in use",
        "KeyringMode=private",
        "PrivateUsers=yes",
        "the monkey: business",
        "https://example.org/a/b?page=2",
        "passed: 12, failed: 3",
        "/etc/pa/secrets/bot.env",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert PLAIN(text) == text


def test_short_and_common_values_do_not_eat_the_text() -> None:
    assert Redactor(["1", "true", "info"])("level info, 1 true thing") == "level info, 1 true thing"


def test_where_values_are_found() -> None:
    words = ["bot", "--password", "aaaa", "--port", "80", "--token=bbbb", "--api-key", "cccc", "x"]
    assert list(of_words(words)) == ["aaaa", "bbbb", "cccc"]
    pairs = [("TOKEN", "dddd"), ("LEVEL", "info"), ("URL", "pg://u:eeee@h/x"), ("MONKEY", "y")]
    assert list(of_variables(pairs)) == ["dddd", "eeee"]
