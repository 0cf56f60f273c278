"""What a chart shows, whatever draws it."""
