"""The reports' data sets: from the archive as published to train, val and test with metadata.

A source lists what is in an archive (`sources`), `process` decodes and resizes it in parallel and
keeps its state in a database (`state`), `finish` finds duplicates, divides, and writes the
metadata (`metadata`). Each data set is a small module that says which source, selection, division
and licence; `cli` holds what their commands share.
"""
