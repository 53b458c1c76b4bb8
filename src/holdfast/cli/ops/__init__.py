"""What works when nothing runs. The only part of the command line that opens an installation by itself."""
