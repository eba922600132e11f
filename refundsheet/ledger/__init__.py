"""What is remembered between passes, in a database of our own beside the sheet."""
