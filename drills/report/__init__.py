"""What a drill came to, on one page that can be kept: read from the timeline alone. Judges nothing anew."""
