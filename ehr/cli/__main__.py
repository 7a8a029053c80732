"""`python -m ehr.cli` is `ehr`."""

from ehr.cli.main import main

main()
