"""Reconstruction: what does the model keep of an image, and what of a noisy one?"""

from ui.state.choice import chosen_checkpoint, dataset_at_hand
from ui.views.reconstruction import noise_and_reconstructions
from ui.widgets.choice import offer_download
from ui.widgets.frame import open_page, why

open_page(
    "An image goes in, its code comes out, and the decoder draws the image again from the code alone. "
    "Look for what is lost first as the noise grows, and for images that come back as something else."
)
if not dataset_at_hand():
    offer_download()
else:
    noise_and_reconstructions(chosen_checkpoint())
why(
    "PSNR is −10 log₁₀ of the mean squared error over pixels from 0 to 1; SSIM compares local means, "
    "variances and covariance in an 11×11 Gaussian window (Wang et al. 2004). Under noise both compare "
    "the reconstruction with the clean image. A good figure on training images says nothing of new ones: "
    "a model may have memorised its images, so both stand side by side. A model trained on another "
    "data set has seen none of either, unless one set is a part of the other, which the caption then says."
)
