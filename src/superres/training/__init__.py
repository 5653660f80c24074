"""Make weights: recipes, stages, one loop."""
