"""The Google edge: the only room that knows gspread."""
