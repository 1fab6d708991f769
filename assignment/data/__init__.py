"""The images: from a folder, Keras' cache or a download, or a drawn stand-in."""
