"""Numbers of raters: mean opinions, screening, bias, preferences, and how well metrics agree with them."""
