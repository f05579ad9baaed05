"""For every test: the same examples in every run, so that a red run means a change and not a lucky draw.

`OA_DESKTOP_EXPLORE=1` draws new ones, and many more; run it now and then, and keep what it finds as a test.
"""

import os

from hypothesis import settings

from tests.hub_server.fixtures import hub_server

__all__ = ["hub_server"]

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile("explore" if os.environ.get("OA_DESKTOP_EXPLORE") else "same every time")
