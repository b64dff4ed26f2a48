"""The tool about itself: files it cannot read, comments that say nothing, rules that fail."""
