"""Lesson: what is a gap in latent space, shown in three minutes?"""

from ui.views.lesson import show_lesson, worksheet
from ui.widgets.charts import offer_file
from ui.widgets.frame import how_to_read, open_page

open_page("Five scenes, three minutes. Left and right arrow keys step through them.")
show_lesson()
offer_file("Worksheet for students (HTML, to print)", "worksheet.html", worksheet)
how_to_read(
    (
        "**Every scene is computed live** from the shipped models; nothing is a recording.",
        "**The arrow keys** left and right step through the scenes.",
        "**The last scene's sentence follows from its numbers**; other models and images may give another.",
    ),
    "Every scene is alive and computed from the shipped models: nothing is a recording. Where MNIST is not "
    "on this machine, the codes that come with the models stand in for its test images. What the last scene "
    "says follows from the numbers, whatever they are; on other images and other models they may be "
    "different, as the page on gaps shows.",
)
