"""GuardDuty: a detector's features, set one at a time."""

from __future__ import annotations

from typing import Any

from moto.guardduty.models import Detector

from scripts.local_cloud.gaps.patching import Method, wrap


@wrap(Detector, "update")
def update_detector(
    original: Method, detector: Any, enable: Any, frequency: Any, sources: Any, features: Any
) -> None:
    """moto drops the features that an update does not name: AWS leaves them as they are."""
    if features is not None:
        kept = {feature["name"]: feature for feature in detector.features}
        features = list((kept | {feature["name"]: feature for feature in features}).values())
    original(detector, enable, frequency, sources, features)
