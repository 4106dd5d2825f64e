# SPDX-License-Identifier: Apache-2.0
"""Whether what is about to be applied is what was approved: every difference, each by the field it is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stackproof.pipeline.plan.canonical import digest_of_bytes
from stackproof.pipeline.plan.limits import breaches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stackproof.pipeline.plan.envelope import Envelope, PackMark, Sealed
    from stackproof.pipeline.plan.present import Present
    from stackproof.settings import PlanLimits

__all__ = ["Approved", "Mismatch", "mismatches"]

_PASSING = {"pass", "exempted", "not-applicable"}
_MANY = 5


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference: the envelope's field, and what was planned and is found."""

    field: str
    message: str

    def __str__(self) -> str:
        """Give both as one line."""
        return f"{self.field}: {self.message}"


@dataclass(frozen=True, slots=True)
class Approved:
    """What comes with an approval: the envelope's file, the digest told elsewhere, the plan's bytes (None: absent)."""

    sealed: Sealed
    digest: str
    plan: bytes | None


def mismatches(approved: Approved, present: Present, limits: PlanLimits, now: int) -> tuple[Mismatch, ...]:
    """Compare in full; ``now`` is in seconds since 1970. Nothing is stopped at the first difference."""
    envelope = approved.sealed.envelope
    return (
        *_seals(approved),
        *_identity(envelope, present),
        *_state(envelope, present),
        *_packs(envelope.packs, present.packs),
        *_maps(envelope, present),
        *_plan(envelope, approved.plan),
        *_verdicts(envelope),
        *(Mismatch("allowed", words) for words in breaches(envelope.operations, envelope.allowed, limits)),
        *_age(envelope, now),
    )


def _seals(approved: Approved) -> Iterator[Mismatch]:
    if approved.sealed.digest != approved.digest:
        yield Mismatch("digest", f"approved {approved.digest}, got {approved.sealed.digest}: another envelope")
    for name in approved.sealed.broken:
        yield Mismatch(name, "is not what its seal says: it was edited after the envelope was made")


def _identity(envelope: Envelope, present: Present) -> Iterator[Mismatch]:
    for name in ("commit", "project", "stack", "backend"):
        planned, found = getattr(envelope, name), getattr(present, name)
        if planned != found:
            yield Mismatch(name, f"planned for {planned}, asked for {found}")


def _state(envelope: Envelope, present: Present) -> Iterator[Mismatch]:
    planned, found = envelope.state, present.state
    again = "the stack was changed since; preview again"
    if planned.version != found.version:
        yield Mismatch("state.version", f"planned on the state of {planned.version}, found that of {found.version}")
    if planned.digest != found.digest:
        yield Mismatch("state.digest", f"planned on {planned.digest}, found {found.digest}; {again}")
    if planned.resources != found.resources:
        moved = _differing(planned.resources, found.resources)
        yield Mismatch("state.resources", f"{_some(moved)}: {again}")


def _packs(planned: tuple[PackMark, ...], found: tuple[PackMark, ...]) -> Iterator[Mismatch]:
    if not planned or not all(pack.policies for pack in planned):
        yield Mismatch("packs", "no policy judged this plan; plan again with a pack that has policies")
    before, after = ({pack.name: pack for pack in packs} for packs in (planned, found))
    for name in sorted(before.keys() ^ after.keys()):
        yield Mismatch(f"packs.{name}", "judged the plan, is not asked now" if name in before else "did not judge it")
    for name in sorted(before.keys() & after.keys()):
        yield from _pack(before[name], after[name])


def _pack(planned: PackMark, found: PackMark) -> Iterator[Mismatch]:
    for name in ("version", "digest", "config"):
        was, now = getattr(planned, name), getattr(found, name)
        if was != now:
            yield Mismatch(f"packs.{planned.name}.{name}", f"judged with {was}, found {now}")
    for policy in _differing(planned.policies, found.policies):
        was, now = planned.policies.get(policy, "absent"), found.policies.get(policy, "absent")
        yield Mismatch(f"packs.{planned.name}.policies.{policy}", f"judged as {was}, found {now}")


def _maps(envelope: Envelope, present: Present) -> Iterator[Mismatch]:
    for field in ("configuration", "files", "versions", "executables"):
        planned: Mapping[str, str] = getattr(envelope, field)
        found: Mapping[str, str] = getattr(present, field)
        for key in _differing(planned, found):
            was, now = planned.get(key, "absent"), found.get(key, "absent")
            yield Mismatch(f"{field}.{key}", f"planned with {was}, found {now}")


def _plan(envelope: Envelope, content: bytes | None) -> Iterator[Mismatch]:
    found = digest_of_bytes(content) if content is not None else ""
    if envelope.plan != found:
        yield Mismatch("plan", f"planned {envelope.plan or 'without a plan'}, found {found or 'no plan'}")
    if (envelope.mode == "plan") != bool(envelope.plan):
        yield Mismatch("mode", f"is {envelope.mode}, and the envelope names {envelope.plan or 'no plan'}")


def _verdicts(envelope: Envelope) -> Iterator[Mismatch]:
    for verdict, count in sorted(envelope.verdicts.items()):
        if count and verdict not in _PASSING:
            yield Mismatch(f"verdicts.{verdict}", f"{count}: what is not proven is not applied")
    if not envelope.verdicts.get("pass"):
        yield Mismatch("verdicts.pass", "0: nothing was proven, so nothing was judged")


def _age(envelope: Envelope, now: int) -> Iterator[Mismatch]:
    if envelope.created > now:
        yield Mismatch("created", f"{_time(envelope.created)} is in the future; it is {_time(now)} now: set the clock")
    elif now > envelope.created + envelope.time_to_live:
        lasted = f"made {_time(envelope.created)}, good for {envelope.time_to_live} seconds"
        yield Mismatch("time_to_live", f"{lasted}; it is {_time(now)} now: preview again")


def _differing(planned: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    return sorted(key for key in planned.keys() | found.keys() if planned.get(key) != found.get(key))


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return f"{', '.join(names[:_MANY])}{rest} moved"


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
