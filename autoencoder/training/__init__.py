"""Training of autoencoders and classifiers: plan, trainer, frames, snapshots."""
