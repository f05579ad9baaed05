"""A hub on loopback for the tests: real sockets, two origins, signed addresses, and all that goes wrong.

`HubServer` is the way in, `faults` what it can be told to do, and `plan` when. `origins` answers, `contents`
keeps the repositories, `answer` puts an answer on the wire, `listener` accepts connections.
"""

from .faults import (
    BrokenHeader,
    ChangedEtag,
    CloseAtOnce,
    CutAfter,
    EndlessBody,
    EndlessChunkHead,
    ExpiredSignature,
    Fault,
    FlipByte,
    HtmlPage,
    IgnoreRange,
    JsonBody,
    LongBody,
    NoCommit,
    NoEtag,
    NoLength,
    Redirect,
    RedirectLoop,
    SlowStart,
    Stall,
    Status,
    Trickle,
    WrongContentRange,
    WrongLength,
)
from .listener import SeenRequest
from .server import HubServer

__all__ = [
    "BrokenHeader",
    "ChangedEtag",
    "CloseAtOnce",
    "CutAfter",
    "EndlessBody",
    "EndlessChunkHead",
    "ExpiredSignature",
    "Fault",
    "FlipByte",
    "HtmlPage",
    "HubServer",
    "IgnoreRange",
    "JsonBody",
    "LongBody",
    "NoCommit",
    "NoEtag",
    "NoLength",
    "Redirect",
    "RedirectLoop",
    "SeenRequest",
    "SlowStart",
    "Stall",
    "Status",
    "Trickle",
    "WrongContentRange",
    "WrongLength",
]
