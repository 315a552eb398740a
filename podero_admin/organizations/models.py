"""The partner organisations we serve, as the organisations file last said; no secret is stored here."""

import uuid

from django.db import models


class Organization(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    environment = models.CharField(max_length=20, default="production")
    is_configured = models.BooleanField("in the organisations file", default=True)
    api_url = models.CharField(max_length=500)
    token_url = models.CharField(max_length=500)
    grant = models.CharField(max_length=40)
    client_auth = models.CharField(max_length=10)
    token_body = models.CharField(max_length=10)
    scope = models.CharField(max_length=200, blank=True)
    default_price_zone = models.CharField(max_length=20, blank=True)
    tag_comments = models.BooleanField(default=True)
    loaded_at = models.DateTimeField()
    directory_fetched_at = models.DateTimeField(null=True)
    directory_error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
