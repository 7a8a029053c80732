"""Search over HTTP: from query string to SearchQuery, and from a page to a searchset."""
