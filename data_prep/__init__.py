"""Prepare data sets: from an archive as published to train, val and test images with metadata.

The module of a data set states its source, size, division and licence (`specification`). `command`
does the rest. It lists the images of a source (`sources`), prepares them (`parallel`),
divides them and finds duplicates (`finish`), stores them (`output_formats`) and writes the metadata
(`dataset_files`). Until then a database (`state`) keeps what is done, so that an interrupted
preparation continues.
"""
