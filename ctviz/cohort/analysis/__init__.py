"""From the tables of a study to its findings."""
