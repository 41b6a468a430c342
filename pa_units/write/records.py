"""What we keep for ourselves beside an agent's files: stored versions and stored values."""

from collections.abc import Iterator

from pa_units.contracts.bundle import Kind
from pa_units.write import generations, secrets
from pa_units.write.changes import Changes
from pa_units.write.diff import Comparison
from pa_units.write.disk import Shape
from pa_units.write.generations import Generation
from pa_units.write.job import Job
from pa_units.write.transaction import Put


def kept(job: Job, compared: Comparison) -> Iterator[Put]:
    """Give the records to be written."""
    for agent in job.request.bundle.agents:
        name, version = agent.agent, compared.versions[agent.agent]
        if version.fresh:
            origin = compared.entries[name].origin
            record = Generation(version.number, version.parent, job.now, origin, job.version, agent)
            path = generations.path_of(job.places, name, version.number)
            yield Put(path, generations.encode(record), 0o600)
        if compared.filled[name].news:
            path = secrets.path_of(job.places, name)
            yield Put(path, secrets.encode(compared.filled[name].stored), 0o600)


def forgotten(job: Job, compared: Comparison) -> Iterator[str]:
    """Give the records to be removed: versions that are too old, all of a purged agent."""
    for name, version in compared.versions.items():
        for number in _stored(job, name) if version.fresh else ():
            if not version.is_kept(number):
                yield generations.path_of(job.places, name, number)
    for name in job.request.remove if job.request.purge else ():
        for number in _stored(job, name):
            yield generations.path_of(job.places, name, number)
        path = secrets.path_of(job.places, name)
        if job.disk.look(path).shape is Shape.FILE:
            yield path


def _stored(job: Job, agent: str) -> tuple[int, ...]:
    return generations.numbers(job.places, agent, job.disk)


def remembers(job: Job, agent: str) -> bool:
    """Is anything left of an agent that is not installed?"""
    return (
        agent in job.state.inventory.agents
        or bool(_stored(job, agent))
        or job.disk.look(secrets.path_of(job.places, agent)).shape is Shape.FILE
    )


def left(job: Job, agent: str, changes: Changes) -> tuple[str, ...]:
    """Return what is there of an uninstalled agent; `changes` are those of its purge."""
    lasting = [change.path for change in changes.files if change.kind in (Kind.LOG, Kind.STATE)]
    path = secrets.path_of(job.places, agent)
    stored = [path] if job.disk.look(path).shape is Shape.FILE else []
    return (*lasting, *stored)
