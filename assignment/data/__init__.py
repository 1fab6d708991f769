"""Where the images come from: real files, Keras' cache, a download, or the drawn stand-in."""
