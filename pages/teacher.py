"""What is the class doing, and what may it do?"""

from ui.state.pages import PATHS
from ui.views.teacher import ask_for_secret, offer_clearing, set_start, set_switches, show_queue
from ui.widgets.frame import open_page

open_page("Teacher", "For whoever runs the class: where it starts, what it may do, and what is under way.")
if ask_for_secret():
    set_start(PATHS)
    set_switches()
    show_queue()
    offer_clearing()
