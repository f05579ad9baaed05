"""One file from the hub to this disk: resumed after anything, checked before it counts.

`fetch` is the way in; `ranges` says what is on disk, `part_file` keeps it there, `lanes` reads it from the
network and `following_hash` checks it.
"""
