"""Package model_cards."""
