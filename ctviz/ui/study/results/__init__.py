"""What a study found, section by section."""
