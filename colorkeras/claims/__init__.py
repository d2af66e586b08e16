"""Claims of the papers and whether they are reproduced, from each experiment's `claims.toml`.

`claims_file` reads the claims; `networks` (architecture) and `measurement` (runs) find the values
to compare; `verdict` compares, `report` writes. Verdicts are computed, never written by hand.
"""
