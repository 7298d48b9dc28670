"""Gaps: how often does a path between two classes fall into a gap, and what lies where no code is?"""

from ui.state import address
from ui.state.choice import chosen_checkpoint
from ui.views.gaps import CAPTIONS, choose_part, show_empty_space, show_paths, show_study
from ui.widgets.choice import compared_models
from ui.widgets.frame import how_to_read, open_page
from ui.widgets.pair import chosen_codes
from ui.widgets.seen import show_seen

open_page(CAPTIONS[address.one_of("part", list(CAPTIONS))])
part = choose_part()
if part == "study":
    show_study()
else:
    checkpoint, codes = chosen_checkpoint(), chosen_codes()
    models = compared_models(checkpoint, codes)
    show_seen(models, codes.dataset, codes.split)
    if part == "space":
        show_empty_space(models, codes)
    else:
        show_paths(models, codes)
how_to_read(
    (
        "**Paths**: a gap is a stretch of a path where the decoder draws what its own encoder does not "
        "recognise. The score of a path is the share of its steps that are off the data, and in one or two "
        "dimensions the jump ratio: its largest step from picture to picture over the average one.",
        "**Intervals that do not overlap** tell two models apart; intervals that do, do not.",
        "**Empty space**: codes drawn at random, not from images. *Off* means off the data. *Unlike* means "
        "unlike any image: farther from every real one than 95 % of the model's own reconstructions. A code "
        "can be one without the other.",
    ),
    "**The score** is the share of a straight path's 17 steps that are off the data: their round trip, or "
    "in fewer than 8 dimensions their distance to the data, is above 1. 1 means: stranger than 95 % of the "
    "codes that the model uses for real images; of a variational model these are draws from its posteriors. "
    "The share needs no labels and tells a plain autoencoder from a variational one from about 8 dimensions "
    "on. In one or two dimensions a space is crowded rather than holed; there the score is the jump ratio, "
    "the largest change of the picture over the mean one, which misleads from 16 dimensions on: all "
    "decoders then change evenly. **Beside it** stands a measure on the side of the pictures: the share of "
    "steps farther from every real image than 95 % of the model's own reconstructions are. The two need not "
    "agree: a step can be off the data for its encoder and still look like a digit. Spherical paths, the "
    "entropy of a classifier and visits to a third class do not tell the models apart.\n\n"
    "Means have 95 % intervals by the percentile bootstrap over pairs (Efron 1979). The probability that a "
    "random path of one model is worse than one of another is the area under the ROC curve (Hanley & McNeil "
    "1982); one half means no difference. Pairs are drawn evenly over the images, from the seed, and are the "
    "same for every model.\n\n"
    "**Empty space**: 1,000 places each from N(0, I), from a Gaussian fitted to the codes of up to 10,000 "
    "training images, or evenly from the box around these. A variational decoder knows all codes within "
    "the width of its posteriors. Where that is wide, places from the box count as on the data whose picture "
    "is unlike any image: read both shares.\n\n"
    "**What closes the gaps**: a plain model is trained on clean images, a denoising one on noisy ones "
    "(Gaussian noise of the standard deviation that is given, pixels in [0, 1]), a variational one with its "
    "KL weighed by β (Higgins et al. 2017). The sentences call a setting different only where its range "
    "over all seeds and that of the plain model of the same code size do not overlap. Of the "
    "codes that a model uses for real images 5 % are off the data, by what the unit means.",
)
