"""Table of the pages: path, file, title and icon of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page of the menu; its file is `pages/<name>.py`."""

    name: str
    title: str
    icon: str

    @property
    def file(self) -> str:
        """The file's path, relative to the main script."""
        return f"../pages/{self.name}.py"


HOME, LESSON, TEACHER = "", "lesson", "teacher"
PAGES = {
    HOME: Page("latent_map", "Latent map", "scatter_plot"),
    "reconstruction": Page("reconstruction", "Reconstruction", "compare"),
    "interpolation": Page("interpolation", "Interpolation", "linear_scale"),
    "gaps": Page("gaps", "Gaps", "blur_on"),
    "generate": Page("generate", "Generate", "auto_awesome"),
    "outliers": Page("outliers", "Outliers", "help_center"),
    "few-labels": Page("few_labels", "Few labels", "label"),
    LESSON: Page("lesson", "Lesson", "school"),
    "train": Page("train", "Train", "model_training"),
    "your-images": Page("your_images", "Your images", "upload"),
    TEACHER: Page("teacher", "Teacher", "admin_panel_settings"),
}
PATHS = tuple(path for path in PAGES if path != TEACHER)  # a teacher's page is there with a secret only
