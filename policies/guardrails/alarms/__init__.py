# SPDX-License-Identifier: Apache-2.0
"""Pure analysis of CloudWatch alarms: which resource an alarm watches, and whether it tells anybody."""
