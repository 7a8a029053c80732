"""The city's reports: definitions as data, figures with small cells hidden, never a record."""
