"""What tests of builds share: facts of several kinds, and a builder that goes on to the end."""

from collections.abc import Sequence
from time import monotonic

from projections import builds
from projections.building import Builder
from projections.positions import Fenced, key_of
from projections.readmodel import ReadModel
from tests.projections.scene import Scene

PATIENCE = 60.0  # s


def busy(scene: Scene, prefix: str, count: int) -> None:
    """Facts of several kinds, committed one by one."""
    for number in range(count):
        call = scene.requested(f"{prefix}{number}")
        if number % 3 == 0:
            call.send(5, at=scene.now)
        scene.tell(call, scene.connected(f"{prefix}-CP{number}"))


def finished(scene: Scene, model: ReadModel) -> bool:
    return scene.read(builds.known)[key_of(model)].finished_at is not None


def drive(scene: Scene, builder: Builder, models: Sequence[ReadModel]) -> None:
    """Step until all are switched, whatever is raised that `run` knows how to take."""
    builder.portion = 25
    deadline = monotonic() + PATIENCE
    while not all(finished(scene, model) for model in models):
        assert monotonic() < deadline, scene.read(builds.known)
        try:
            builder.step(active=True)
        except Fenced:
            builder.forget()
