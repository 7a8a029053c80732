"""Code lists of a ward clinic: diagnoses, drugs, vaccines, vital signs, kinds of visit.

Pure and small: committed JSON read once, no database. The full ICD-10 of Thông tư 06/2026
comes with the importer; what is here is what ward staff pick from every day (domain.md §6).
"""
