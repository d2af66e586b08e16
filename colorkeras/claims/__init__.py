"""What the sources claim, and whether it is reproduced: from each experiment's `claims.toml`.

`claims_file` reads what is claimed; `networks` (architecture) and `measurement` (runs) find what is
so; `verdict` compares, `report` tells. No verdict is ever typed.
"""
