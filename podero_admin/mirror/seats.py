"""How many threads of this process the mirror may use, so that settling and the other work always find one."""

from podero_admin.core.seats import Seats

_seats = Seats()
share_threads, seat = _seats.share, _seats.taken
