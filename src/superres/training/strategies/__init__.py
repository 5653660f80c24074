"""What a stage may do besides minimising: see docs/strategies.md."""
