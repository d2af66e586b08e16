"""Colors that a person or a like photograph gives, spread over what a model has predicted."""
