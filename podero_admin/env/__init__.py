"""The environment and the organisations file, read once, typed, and refused in one sentence each when wrong."""

from podero_admin.env.addresses import origin
from podero_admin.env.organizations import OrganizationSettings, Secret, read_organizations, require_secrets
from podero_admin.env.problems import ConfigurationError, refuse_to_start
from podero_admin.env.variables import Environment, read

__all__ = [
    "ConfigurationError",
    "Environment",
    "OrganizationSettings",
    "Secret",
    "origin",
    "read",
    "read_organizations",
    "refuse_to_start",
    "require_secrets",
]
