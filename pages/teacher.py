"""Teacher: what is the class doing, and what may it do?"""

from ui.views.teacher import ask_for_secret, offer_clearing, set_start, set_switches, show_queue
from ui.widgets.frame import open_page

open_page("For the teacher: where the class starts, what it may do, and which jobs are running.")
if ask_for_secret():
    set_start()
    set_switches()
    show_queue()
    offer_clearing()
