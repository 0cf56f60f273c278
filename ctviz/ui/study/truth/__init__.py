"""What a study of phantoms found, section by section."""
