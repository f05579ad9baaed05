"""For every test: the same examples in every run, so that a red run means a change and not a lucky draw.

`OA_DESKTOP_EXPLORE=1` draws new ones, and many more; run it now and then, and keep what it finds as a test.
No proxy, token or hub of the person who runs the tests is used, neither here nor in processes they start.
"""

import os

from hypothesis import settings

from tests.hub_server.fixtures import hub_server

__all__ = ["hub_server"]

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_HUB = ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "SSL_CERT_FILE", "SSL_CERT_DIR")
for _name in (*_HUB, *_PROXIES, *(name.lower() for name in _PROXIES)):
    os.environ.pop(_name, None)

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile("explore" if os.environ.get("OA_DESKTOP_EXPLORE") else "same every time")
