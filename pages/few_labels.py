"""Few labels: do unlabelled images help where few are labelled, and is that the autoencoder's doing?"""

from ui.views.few_labels import choose_encoder, choose_plan, show_measurement, show_setting
from ui.widgets.frame import how_to_read, open_page

open_page(
    "Only a few images have labels. Does the encoder help? Compare each curve with the same method on raw "
    "pixels: the difference is what the autoencoder adds."
)
checkpoint = choose_encoder()
setting = show_setting(checkpoint)
show_measurement(choose_plan(checkpoint, setting))
how_to_read(
    (
        "**Each curve is one way to classify**, by the number of labelled images it learns from. Higher is "
        "better.",
        "**The gain of the autoencoder** is the difference between a curve on the encoder's features and the "
        "same method on raw pixels.",
        "**The verdict** says by how much, with a 95 % interval; where the interval holds zero, they tie.",
    ),
    "**The images.** Up to 10,000 training images are the *pool*: all learners may look at them, and a "
    "labelled few are drawn from it, one of each class first, then in proportion to the classes. Within a "
    "draw the first 100 labels hold the first 10, and all learners have the same. Accuracy is on up to "
    "2,000 test images, which no learner sees while it learns. Images without a test set give a seeded "
    "fifth for it.\n\n"
    "**The learners.** *Logistic regression*, C = 0.1, hidden features standardised one by one, the "
    "others by one number for all. *k-NN*: the three nearest labelled images, closer ones weigh more. "
    "*Label spreading* (Zhou et al., *Learning with Local and Global Consistency*, NIPS 2004): F ← αSF + "
    "(1 − α)Y, 50 times with α = 0.99, over the graph that joins each image of the pool to its 5 nearest, "
    "weighted by the distances to their own last neighbours (Zelnik-Manor and Perona, NIPS 2004). A test "
    "image is not in the graph: it goes with its 5 nearest images there, so this is inductive and the "
    "same test as for the others. *Hidden features* are the encoder's last layer before the code. *PCA* "
    "keeps 50 components, learnt from the pool. *Fine-tuned* and *from scratch* are the encoder with a "
    "linear layer on its hidden features, 300 steps of Adam on 64 images each; only the weights at the "
    "start differ. These settings were fixed in advance, on training images of MNIST held back for it.\n\n"
    "**The verdict** compares a learner with the better of its controls, paired by draw and test image. "
    "The 95 % interval adds the spread over draws (Student's t) and over test images; where it holds 0 "
    "they tie. A tie of three draws can hide a small difference: take more. The best of several learners, "
    "chosen by the very numbers shown, looks a little better than it is.\n\n"
    "**What to keep in mind.** The encoder may have been trained on more images than the pool holds, "
    "which its control has not seen. Labels of the pool that were not drawn are used for nothing but the "
    "drawing. The seconds are this server's, for one fit; the encoder's own training comes on top.",
)
