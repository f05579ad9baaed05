"""`oa-desktop models`: finding, downloading, adding, checking and removing models."""

import click

from oa_desktop.cli.lazy_group import LazyGroup

_COMMANDS = {
    "search": ("models_search:search", "Find models, or see the files of a repository."),
    "download": ("models_download:download_command", "Download a model of the hub, check it and add it."),
    "unfinished": ("models_unfinished:unfinished", "List downloads that are not done."),
    "resume": ("models_unfinished:resume", "Go on with unfinished downloads."),
    "discard": ("models_unfinished:discard", "Give an unfinished download up."),
    "list": ("models_library:list_command", "List the models that can be chosen."),
    "import": ("models_library:import_command", "Add a .gguf file that is on this machine."),
    "show": ("models_library:show", "Show what is known of a model."),
    "verify": ("models_library:verify", "Compare a model with what was published."),
    "remove": ("models_library:remove", "Take a model off the list."),
    "token": ("models_token:token", "Keep a token of the hub in the system's keyring."),
}


@click.group(cls=LazyGroup, commands_by_name=_COMMANDS)
def models() -> None:
    """Find, download, import, check and remove models."""
