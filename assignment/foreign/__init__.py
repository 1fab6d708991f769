"""Read networks that anyone saved with Keras, without Keras, TensorFlow or the HDF5 library, and without running code.

`reader.read_contents` is the entry. A child process describes the file (`child`), this process reads the arrays.
Nothing here imports Keras or TensorFlow; `training.rebuild` builds a Keras network from the result.
"""
