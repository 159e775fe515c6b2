"""Reading of files that people send: bytes → rows of cells → values with problems. Nothing here writes."""
