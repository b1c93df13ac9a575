"""Plain text: decoding, wrapped lines, and tables that were flattened into lines."""
