"""Judge models: tables whose every number carries its protocol."""
