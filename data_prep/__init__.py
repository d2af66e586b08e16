"""The reports' data sets: from the archive as published to train, val and test with metadata.

A source lists what is in an archive (`sources`), `parallel` decodes and resizes it in worker
processes and keeps its state in a database (`state`), `finish` finds duplicates and divides, and
`dataset_files` writes the metadata. Each data set is a small module that says which source,
selection, division and licence; `command` holds what their commands share.
"""
