"""The worker: periodic jobs, each of them one call of a function that tests can call."""
