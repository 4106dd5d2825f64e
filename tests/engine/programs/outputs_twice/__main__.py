# SPDX-License-Identifier: Apache-2.0
"""A component's outputs are registered once: a second time ends the deployment."""

import pulumi


class Group(pulumi.ComponentResource):
    """A component that registers its outputs twice."""

    def __init__(self, name: str) -> None:
        """Register the outputs."""
        super().__init__("my:web:Group", name)
        self.register_outputs({"size": 1})
        self.register_outputs({"size": 2})


Group("group")
