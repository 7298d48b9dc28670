"""Generate: can the model draw new images?"""

from ui.state.choice import chosen_checkpoint
from ui.views.generate import choose_source, show_arithmetic, show_plane, show_samples, show_scores
from ui.widgets.frame import how_to_read, open_page
from ui.widgets.pair import chosen_codes

open_page(
    "Pick a random code and decode it. Look for samples unlike any real image, and for mere copies of "
    "training images."
)
checkpoint, codes = chosen_checkpoint(), chosen_codes()
choice = choose_source(checkpoint, codes)
show_samples(checkpoint, codes, choice)
show_scores(checkpoint, codes)
show_plane(checkpoint)
show_arithmetic(checkpoint, codes)
how_to_read(
    (
        "**Each sample is a code drawn at random, decoded**; below it stands the nearest image of the "
        "training. A hatched sample is off the data.",
        "**A variational model is trained to be sampled** from N(0, I), the prior. A plain one is not; a "
        "Gaussian or a mixture fitted to its codes makes a generator of it afterwards.",
        "**The Fréchet distance** compares many samples with many real images; lower is better, and zero "
        "cannot be reached: *of real images* is as near as real images come.",
    ),
    "**Sources.** A variational autoencoder's codes are drawn towards N(0, I) in training, so that one can "
    "sample from it; a plain one's are drawn nowhere, and N(0, I) misses them. That is half of the story: a "
    "density fitted to the codes afterwards, such as a mixture of Gaussians, makes a generator of a plain "
    "autoencoder too (Ghosh et al. 2020, arXiv 1903.12436), often a better one. Mixtures have full "
    "covariances and are fitted to four fifths of the codes; the other fifth chooses the number of "
    "components by its likelihood. All are fitted to the codes of up to 10,000 training images, as on "
    "the page of gaps.\n\n"
    "**Fréchet distance**: ‖m₁ − m₂‖² + tr(C₁ + C₂ − 2 (C₁ C₂)^½) between Gaussians fitted to the features "
    "of samples and of held-out images (Heusel et al. 2017, arXiv 1706.08500). *Of real images* is the same "
    "for as many training images: nearer than that means nothing, and few samples move both.\n\n"
    "**Near-copy**: nearer to a training image, over all pixels, than 95 % of the model's own "
    "reconstructions of held-out images are, so that blurred pictures are held against blurred ones. Those "
    "come to 5 %; distances are in that unit. **Off the data**: stranger than 95 % of the codes that the "
    "model uses for real images, by its round trip, or in fewer than eight dimensions by its distance to "
    "them. Of a variational model these codes are draws from its posteriors. A sample can be off the data "
    "for its encoder and a good digit to the eye, and the other way round: look at the Fréchet distance as "
    "well.",
)
