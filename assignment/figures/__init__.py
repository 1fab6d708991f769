"""Arrays and rows in, matplotlib figures out; nothing here knows Keras."""
