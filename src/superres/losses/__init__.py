"""What training minimises; one value per batch, differentiable, zero or its floor at equality."""
