"""Disclosure control: which cells of a month's tables are hidden.

Everything published of a month is judged together: the city's and every ward's totals, one-way
margins and age × sex. Cells of 1 to one less than the threshold are hidden, and with them others,
so that what is shown would be just as true if a small cell held any other small number. The
reasons are in docs/decisions/reports-hidden-cells.md.
"""
