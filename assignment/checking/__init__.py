"""Compare networks that anyone saved with what a sheet asks for, and report what their weights reveal.

The networks come from `foreign`, so a check imports neither Keras nor TensorFlow; only `measuring` does.
"""
