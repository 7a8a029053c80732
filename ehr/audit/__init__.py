"""The audit trail: every interaction, denials too, is on disk before its reply leaves."""
