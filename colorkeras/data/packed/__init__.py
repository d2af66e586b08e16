"""Prepared images in one HDF5 file or in TFRecord shards, as a data source."""
