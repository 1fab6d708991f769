"""`assignment submit`: the files of a finished run in one ZIP file, to hand in."""
