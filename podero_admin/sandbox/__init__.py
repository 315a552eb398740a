"""A stand-in Podero Partner API for demonstrations and tests: a second reading of the documents, alone in the house."""
