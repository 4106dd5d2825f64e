# SPDX-License-Identifier: Apache-2.0
"""A method of a remote component, and a function of an unknown package: the first is refused, the second is unknown."""

import pulumi

answer = pulumi.runtime.invoke_output("nobody:index:ask", {"question": "why"})
pulumi.export("answer", answer)
pulumi.runtime.call("nobody:index:Thing/method", {"self": "x"})
