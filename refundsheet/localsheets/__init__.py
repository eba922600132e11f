"""A local server that answers as Google Sheets v4 and Drive v3 do, over one SQLite file."""
