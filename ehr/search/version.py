"""Which index rows this version of the code writes: raised whenever `extract` writes others.

Rows of an older version are made anew by `ehr.jobs.reindex`; until then a search may miss them.
"""

INDEX_VERSION = 7
"""1: references hashed with their parameter; no composites, units or words.
2: canonicals without their version, mime types without their base, texts with their case.
3: canonicals found by their whole version alone.
4: what names a patient beyond the compartment found by tokens, and lying with its author.
5: who died at a time unknown as alive; rare units of UCUM as they are written.
6: categories of ICD-10 found in WHO's system and not in VN Core's.
7: in both again, which have one hierarchy."""
