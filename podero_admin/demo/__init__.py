"""`make run`: the whole product on this machine, with invented customers."""
