"""What the log is held to: the catalogue lists every rule, the registry asks those about one case."""
