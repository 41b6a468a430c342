"""What `pa init` writes is a spec, also with every option switched on."""

import re

from loading import agent

from pa_units.spec.scaffold import scaffold


def test_it_runs_as_it_is() -> None:
    found = agent(scaffold("my-bot", 'python "my bot.py" # now'))
    assert found.name == "my-bot"
    assert found.model_fields_set == {"name", "cmd"}
    assert agent(scaffold("a", "./run --x: 'y z'")).cmd.words == ("/srv/run", "--x:", "y z")


def test_every_option_is_right() -> None:
    text = re.sub(r"^( +)# ", r"\1", scaffold("my-bot", "./bot"), flags=re.MULTILINE)
    found = agent(text)
    assert len(found.model_fields_set) > 15
    assert found.env["API_KEY"] == "${API_KEY}"
    assert found.logging and found.logging.stdout == "/var/log/my-bot.log"
