"""The oasst format of Open-Assistant: files to values and back, streaming; every complaint has its line.

Knows no store. `survey` and `read_trees` read whole trees from any file of the format, `read_records` the
lines of one.
"""

from oa_desktop.oasst.forest import Survey, read_trees, survey
from oa_desktop.oasst.lines import Limits
from oa_desktop.oasst.nodes import Detoxify, JsonValue, LabelAverage, OasstNode, OasstTree
from oa_desktop.oasst.reader import read_records
from oa_desktop.oasst.records import MessageRecord, Record, Rejected, TreeRecord
from oa_desktop.oasst.whole_file import replacing
from oa_desktop.oasst.writer import Written, write_messages, write_trees

__all__ = [
    "Detoxify",
    "JsonValue",
    "LabelAverage",
    "Limits",
    "MessageRecord",
    "OasstNode",
    "OasstTree",
    "Record",
    "Rejected",
    "Survey",
    "TreeRecord",
    "Written",
    "read_records",
    "read_trees",
    "replacing",
    "survey",
    "write_messages",
    "write_trees",
]
