"""Train: how does a network come to its latent space?"""

from ui.state.choice import chosen_dataset, dataset_at_hand, test_counterpart
from ui.state.session import refusal
from ui.views.train import training as view
from ui.views.train.models import show_comparison, show_models
from ui.widgets.choice import offer_download
from ui.widgets.frame import how_to_read, open_page

open_page(
    "Train a model of your own on the images chosen at the side, and watch its map form. Look whether the "
    "held-out error follows the training error down: where it turns up again, the network memorises its "
    "images."
)
job, is_free = view.find_training()
if job and job.is_over:
    view.show_outcome(job)
elif job:
    view.follow(job)
elif is_free and dataset_at_hand():
    with refusal():
        plan = view.choose_plan(chosen_dataset("train"), test_counterpart())
        view.show_mirror(plan)
elif is_free:
    offer_download()
show_models()
show_comparison()
how_to_read(
    (
        "**Two curves**: the error on the images that the network learns from, and on images held back. "
        "While both fall, it learns; where the second turns up again, it memorises.",
        "**The map forms in steps**: at first all codes lie together, then classes part.",
        "**Fifty images suffice to overfit**: press *Overfit on purpose*, then *Start*.",
    ),
    "The loss is the reconstruction's binary cross-entropy in nats, summed over an image's pixels; a "
    "variational autoencoder adds beta times the KL divergence from the code's distribution to the standard "
    "normal one (Kingma & Welling 2014; Higgins et al. 2017). Both losses at an epoch's end are taken with "
    "the same weights, on as many images; where few are trained on, 500 of those held back are measured. "
    "Images to train on are drawn by class, from the seed. The learning rate rises and falls once (Smith & "
    "Topin 2017). With the same seed, settings and machine the weights are the same, bit for bit.",
)
