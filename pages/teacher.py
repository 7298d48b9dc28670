"""What is the class doing, and what may it do?"""

from ui.frame import open_page
from ui.menu import PATHS
from ui.teacher_view import ask_for_secret, offer_clearing, set_start, set_switches, show_queue

open_page("Teacher", "For whoever runs the class: where it starts, what it may do, and what is under way.")
if ask_for_secret():
    set_start(PATHS)
    set_switches()
    show_queue()
    offer_clearing()
