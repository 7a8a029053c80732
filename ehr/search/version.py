"""Which index rows this version of the code writes: raised whenever `extract` writes others.

Rows of an older version are made anew by `ehr.jobs.reindex`; until then a search may miss them.
"""

INDEX_VERSION = 2
"""1: references hashed with their parameter; no composites, units or words."""
