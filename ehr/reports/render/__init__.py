"""A report's document as JSON, as a table for a terminal, and as CSV."""
