"""Identity: tokens of any OIDC issuer become an Access."""
