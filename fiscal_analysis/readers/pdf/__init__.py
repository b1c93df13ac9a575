"""PDF files: glyphs and ruling lines to paragraphs and tables."""
