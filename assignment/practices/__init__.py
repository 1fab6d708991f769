"""Practices such as label smoothing: `catalogue` describes them, `registry` has the classes that implement them."""
