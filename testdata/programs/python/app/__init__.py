"""A small web service whose memory grows, to hunt the leak in."""
