"""Table of the pages: path, file, title, icon and group of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page of the menu; its file is `pages/<name>.py`."""

    name: str
    title: str
    icon: str
    group: str

    @property
    def file(self) -> str:
        """The file's path, relative to the main script."""
        return f"../pages/{self.name}.py"


HOME, TRAIN, LESSON, TEACHER = "", "train", "lesson", "teacher"
LOOK, ASK, MAKE, TEACH = GROUPS = "Look", "Ask", "Make", "Teach"  # of the menu
PAGES = {
    HOME: Page("latent_map", "Latent map", "scatter_plot", LOOK),
    "reconstruction": Page("reconstruction", "Reconstruction", "compare", LOOK),
    "interpolation": Page("interpolation", "Interpolation", "linear_scale", LOOK),
    "gaps": Page("gaps", "Gaps", "blur_on", ASK),
    "generate": Page("generate", "Generate", "auto_awesome", ASK),
    "outliers": Page("outliers", "Outliers", "help_center", ASK),
    "few-labels": Page("few_labels", "Few labels", "label", ASK),
    TRAIN: Page("train", "Train", "model_training", MAKE),
    "your-images": Page("your_images", "Your images", "upload", MAKE),
    LESSON: Page("lesson", "Lesson", "school", TEACH),
    TEACHER: Page("teacher", "Teacher", "admin_panel_settings", TEACH),
}
PATHS = tuple(path for path in PAGES if path != TEACHER)  # a teacher's page is there with a secret only
