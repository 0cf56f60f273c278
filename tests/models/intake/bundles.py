"""A MONAI bundle as groups publish them, and the zip archive of one."""

import io
import json
import zipfile

import torch
from monai.networks import nets

from tests.models.intake.test_monai_families import trained

METADATA = {
    "name": "Chest  findings",
    "task": "Which findings are there?",
    "copyright": "A hospital",
    "data_source": "Some archive",
    "intended_use": "Research only",
    "network_data_format": {
        "inputs": {"image": {"num_channels": 1, "spatial_shape": [64, 48]}},
        "outputs": {"pred": {"channel_def": {"1": "effusion", "0": "nodule", "2": "mass"}}},
    },
}
RANGE = {
    "_target_": "ScaleIntensityRanged",
    "keys": "@image",
    "a_min": -1350,
    "a_max": 150,
    "b_min": -1.0,
    "b_max": 1.0,
    "clip": True,
}
INFERENCE = {
    "imports": ["$import os"],
    "device": "$open('was-run', 'w')",
    "network_def": {
        "_target_": "monai.networks.nets.resnet10",
        "spatial_dims": 2,
        "n_input_channels": 1,
        "num_classes": 3,
    },
    "preprocessing": {"_target_": "Compose", "transforms": [{"_target_": "LoadImaged"}, RANGE]},
    "postprocessing": {
        "_target_": "Compose",
        "transforms": [{"_target_": "Activationsd", "keys": "pred", "sigmoid": True}],
    },
}


def network():
    torch.manual_seed(0)
    return trained(nets.resnet10(spatial_dims=2, n_input_channels=1, num_classes=3))


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """Return an archive of contents by name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def bundle_files(metadata=METADATA, inference=INFERENCE):
    """Return a bundle's contents by name."""
    weights = io.BytesIO()
    torch.save(network().state_dict(), weights)
    return {
        "configs/metadata.json": json.dumps(metadata),
        "configs/inference.json": json.dumps(inference),
        "models/model.pt": weights.getvalue(),
    }


def packed_bundle(more=None, within="chest/", metadata=METADATA):
    """Return the archive of a bundle's folder."""
    files = {**bundle_files(metadata), **(more or {})}
    return zipped({within + name: content for name, content in files.items()})
