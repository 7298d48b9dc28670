"""Outliers: what has the model never seen, which score tells, and how often is it wrong?"""

from ui.state.choice import dataset_at_hand
from ui.views.outliers.choose import choose_outcomes
from ui.views.outliers.show import choose_threshold, show_few, show_galleries, show_scores, show_threshold
from ui.widgets.choice import offer_download
from ui.widgets.frame import how_to_read, open_page

open_page(
    "A model reconstructs badly what it has never seen, if you measure it the right way. Look how far "
    "the outliers' scores lie from those of normal images, and at the known failures."
)
if not dataset_at_hand():
    offer_download()
else:
    outcomes = choose_outcomes()
    score, rule = choose_threshold()
    show_few(outcomes, rule)
    show_threshold(outcomes, score, rule)
    show_scores(outcomes)
    show_galleries(outcomes, score, rule)
how_to_read(
    (
        "**A score** says how odd an image is to the model; outliers should score higher than normal images.",
        "**AUROC** is the probability that a random outlier scores above a random normal image: 100 % is "
        "perfect, 50 % is a coin, below that the score is misled.",
        "**The threshold** decides what is called an outlier; held-back normal images alone set it.",
    ),
    "**Protocols.** *One class is normal*: the network learns that class alone, and all others are "
    "outliers (Ruff et al. 2018, Deep SVDD, section 4). *One class is held out*: it learns all but that "
    "one, which is much harder, for the held-out class shares its strokes with the others. Figures of the "
    "two do not compare.\n\n"
    "**Scores**, of an image x with the code z and the reconstruction x̂: *MSE*, the mean of (x − x̂)²; "
    "*over energy*, Σ(x − x̂)² / Σx², each with one grey level added, so that faint images are not "
    "excused; *k-NN distance*, the mean distance of z to the codes of the 5 nearest normal images; "
    "*combined*, the sum of the z-scores of log MSE over energy and log k-NN distance, mean and spread "
    "taken from held-back normal images. *BCE* is what the network minimises, −Σ x log x̂ + (1 − x) log(1 "
    "− x̂), and a trap: grey pixels cost even if they are drawn perfectly, so much ink looks odd and none "
    "looks normal. The baselines need no network: 32 principal components of the normal images, and the "
    "k-NN distance of the pixels themselves.\n\n"
    "**Threshold.** Normal images that were held back from training, and nothing else, decide it. For a "
    "wanted false-alarm rate it is the ⌈(N + 1)(1 − rate)⌉-th smallest of their N scores: a new normal "
    "image lies above with that probability at most, if it is drawn like them (split conformal: Vovk et "
    "al. 2005; Laxhammar & Falkman 2010). No test image, and no outlier, has a say in it.\n\n"
    "**AUROC** is the probability that a random outlier scores above a random normal image (Hanley & "
    "McNeil 1982). Its interval is over seeds, or for a single training over test images (DeLong et al. "
    "1988), which leaves out how much trainings differ, and is no interval where the two do not overlap. "
    "Precision depends on how many outliers the test set has; recall does not.",
)
