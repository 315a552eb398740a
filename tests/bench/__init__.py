"""`make bench`: how long our pages take, against a constant page and against Django's own admin."""
