"""One self-contained page for each run, made from the files that the run left."""
