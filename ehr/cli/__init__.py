"""The command `ehr`: one file a command group, no logic."""
