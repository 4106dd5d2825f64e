# SPDX-License-Identifier: Apache-2.0
"""The numbers of an alarm: its threshold, periods and windows, and what of them CloudWatch refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guardrails.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.alarms.alarm import Alarm, Reference

__all__ = ["DAY", "HIGH_RESOLUTION", "number", "period_of", "refusals", "unknown_numbers"]

DAY = 86_400
_WEEK = 604_800
_HOUR = 3_600
_MINUTE = 60
HIGH_RESOLUTION = (10, 20, 30)
"""Periods in seconds below a minute that CloudWatch has, for metrics of high resolution."""


def number(value: object) -> float | None:
    """Read a number, also one that travels as text; ``None`` for an absent or unknown value."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def period_of(alarm: Alarm, reference: Reference) -> object:
    """Give the period of a metric in seconds: its own in a metric query, else the alarm's."""
    return alarm.get("period") if not reference.steps else reference.get("period")


def refusals(alarm: Alarm) -> Iterator[tuple[str, str, str]]:
    """Yield what PutMetricAlarm refuses: key, property and the fact.

    Sources: PutMetricAlarm in the CloudWatch API reference, and its quotas on evaluation windows.
    """
    periods = number(alarm.get("evaluationPeriods"))
    points = number(alarm.get("datapointsToAlarm"))
    if periods is not None and points is not None and points > periods:
        fact = f"datapointsToAlarm is {points:.0f}, more than the {periods:.0f} evaluationPeriods it counts within"
        yield "datapointsToAlarm", "datapointsToAlarm", fact
    lengths = [number(period_of(alarm, reference)) for reference in alarm.references]
    longest = max((length for length in lengths if length is not None), default=None)
    if longest is not None:
        yield from _windows(longest, periods)


def _windows(period: float, periods: float | None) -> Iterator[tuple[str, str, str]]:
    if period not in HIGH_RESOLUTION and (period <= 0 or period % _MINUTE):
        yield "period", "period", f"the period is {period:.0f} s; CloudWatch has 10, 20, 30 and multiples of 60"
    if periods is None:
        return
    window = period * periods
    if window > _WEEK:
        yield "window", "evaluationPeriods", f"period times evaluationPeriods is {window:.0f} s, more than 7 days"
    elif window > DAY and period < _HOUR:
        fact = f"period times evaluationPeriods is {window:.0f} s, more than a day, with a period below an hour"
        yield "window", "evaluationPeriods", fact


def unknown_numbers(alarm: Alarm) -> Iterator[Unknown]:
    """Yield the numbers that are not known yet."""
    for key in ("evaluationPeriods", "datapointsToAlarm", "period"):
        value = alarm.get(key)
        if isinstance(value, Unknown):
            yield value
