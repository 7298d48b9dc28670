"""Reconstruction: what does the model keep of an image, and what of a noisy one?"""

from ui.state.choice import chosen_checkpoint, dataset_at_hand
from ui.views.reconstruction import noise_and_reconstructions
from ui.widgets.choice import offer_download
from ui.widgets.frame import how_to_read, open_page

open_page(
    "An image goes in, its code comes out, and the decoder draws the image again from the code alone. "
    "Look for images that come back as something else; then add noise."
)
if not dataset_at_hand():
    offer_download()
else:
    noise_and_reconstructions(chosen_checkpoint())
how_to_read(
    (
        "**Each column is one image**: the input, what the model makes of it, and the difference of the two.",
        "**A good figure on training images says nothing of new ones**: a model may have memorised its "
        "images, so the means of both stand side by side.",
        "**Under noise** the reconstruction is compared with the clean image. A denoising model is trained "
        "to remove noise; a plain one copies part of it.",
    ),
    "PSNR is −10 log₁₀ of the mean squared error over pixels from 0 to 1, in dB; higher is better. SSIM "
    "compares local means, variances and covariance in an 11×11 Gaussian window (Wang et al. 2004); 1 is "
    "the same image. BCE is the cross-entropy summed over the pixels. A model trained on another data set "
    "has seen neither part, unless one set is a part of the other, which the caption then says.",
)
