"""`oa-desktop stats`: what the store holds, in numbers."""

from dataclasses import asdict

import click

from oa_desktop.cli.app import App
from oa_desktop.cli.output import json_option, print_json, say


@click.command()
@json_option
def stats(as_json: bool) -> None:
    """Count trees, messages, branches, labels, rankings, reactions, languages and states."""
    with App().store(read_only=True) as worker:
        counts = asdict(worker.submit(lambda store: store.stats()).result())
    if as_json:
        print_json(counts)
        return
    for name, value in counts.items():
        if isinstance(value, dict):
            value = (
                ", ".join(f"{key or 'unknown'} {count}" for key, count in value.items() if count) or "none"
            )
        say(f"{name:10} {value}")
