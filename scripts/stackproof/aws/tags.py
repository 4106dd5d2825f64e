# SPDX-License-Identifier: Apache-2.0
"""``tagsAll``: a resource's own tags over the provider's default tags, less the ignored ones.

pulumi-aws computes it in Check (``provider/tags.go``), so a policy sees it among the inputs of a preview.
Provider arguments travel as strings of JSON; a whole object is accepted too.
"""

from __future__ import annotations

import json

from stackproof.wire import UNKNOWN, Properties, Value, contains_unknown, is_secret, reveal, secret

__all__ = ["default_tags", "merged_tags", "setting"]


def setting(settings: Properties, name: str) -> Value:
    """Give a provider argument, decoded where it is the JSON text of an object or list; malformed text is kept."""
    raw = reveal(settings.get(name))
    if isinstance(raw, str) and raw[:1] in {"{", "["}:
        try:
            decoded: Value = json.loads(raw)
        except ValueError:
            return raw
        return decoded
    return raw


def default_tags(settings: Properties) -> Properties:
    """Give the provider's default tags, an empty dict where there are none."""
    configured = setting(settings, "defaultTags")
    tags = reveal(configured.get("tags")) if isinstance(configured, dict) else None
    return dict(tags) if isinstance(tags, dict) else {}


def merged_tags(tags: Value, settings: Properties) -> Value:
    """Merge a resource's ``tags`` over the defaults; unknown if anything is, secret if anything is."""
    configured = settings.get("defaultTags")
    ignored = setting(settings, "ignoreTags")
    if any(contains_unknown(value) for value in (tags, configured, ignored)):
        return UNKNOWN
    own = reveal(tags)
    merged = {**default_tags(settings), **(own if isinstance(own, dict) else {})}
    kept: Value = {key: value for key, value in merged.items() if value is not None and not _is_ignored(key, ignored)}
    return secret(kept) if is_secret(tags) or is_secret(configured) else kept


def _is_ignored(key: str, ignored: Value) -> bool:
    if not isinstance(ignored, dict):
        return False
    keys, prefixes = reveal(ignored.get("keys")), reveal(ignored.get("keyPrefixes"))
    named = isinstance(keys, list) and key in keys
    return named or (isinstance(prefixes, list) and key.startswith(tuple(str(prefix) for prefix in prefixes)))
