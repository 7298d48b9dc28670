"""Titles of models in words: kind, code size, images; folder names are for links and commands."""

from autoencoder.checkpoint.checkpoint import Checkpoint, CheckpointInfo, Config
from autoencoder.checkpoint.store import SHIPPED
from autoencoder.data.catalogue import DATASETS
from autoencoder.wording import counted

KINDS = {"ae": "Plain", "dae": "Denoising", "vae": "Variational"}


def described(config: Config) -> str:
    """Kind, size of the code and images of a model, as "Variational, 2 numbers, MNIST"."""
    source = config.source.name
    images = DATASETS[source].title if source in DATASETS else source
    return f"{KINDS[config.model.kind]}, {counted(config.model.latent_dim, 'number')}, {images}"


def in_sentence(model: Checkpoint | CheckpointInfo) -> str:
    """Title of a model within a sentence, whose commas are not those of the sentence."""
    return f"“{model_title(model)}”"


def model_title(model: Checkpoint | CheckpointInfo) -> str:
    """Title of a shipped model in words; of any other the name that its maker gave it."""
    is_shipped = model.folder is not None and model.folder.parent == SHIPPED
    return described(model.config) if is_shipped else model.name
