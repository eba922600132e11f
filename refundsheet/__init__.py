"""refundsheet keeps a shared refund log in Google Sheets honest."""
