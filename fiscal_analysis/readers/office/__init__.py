"""Files of word processors and of spreadsheets, and separated values."""
