"""`completion`."""

import click

from pa_units.cli import out
from pa_units.cli.completion.script import SHELLS, script
from pa_units.cli.completion.words import verbs
from pa_units.verbs.author import fields


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)), metavar="bash|zsh|fish")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes verbs, options, agents and files in a shell.

    \b
    bash: source <(pa completion bash)                      in ~/.bashrc
    zsh:  source <(pa completion zsh)                       in ~/.zshrc, after compinit
    fish: pa completion fish > ~/.config/fish/completions/pa.fish
    """
    whole = context.find_root().command
    out.text(script(shell, list(verbs(whole)), fields()))
