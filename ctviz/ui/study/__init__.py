"""The study page: plans, running studies, and what they found."""
