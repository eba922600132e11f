"""The Settings tab: what a team lead may change, laid out for people and read back from their hands.

The TOML file gives the defaults, the tab wins. It is validated by the very models the file is; a
value that cannot be used leaves the last good one in force, and the reason is said beside it.
Where the spreadsheet is, how it is opened and where is remembered is never read from a sheet.
"""
