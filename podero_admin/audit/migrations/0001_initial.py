"""The audit log: three tables that only grow, with the triggers that see to it."""

from django.db import migrations, models

from podero_admin.audit import triggers

TABLES = ("audit_event", "audit_accessrecord", "audit_chainhead")


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, TABLES)


def lift(apps, schema_editor):
    triggers.lift(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("organization_id", models.UUIDField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.CharField(blank=True, max_length=200)),
                ("customer_id", models.UUIDField(null=True)),
                ("vehicle_id", models.UUIDField(null=True)),
                ("label", models.CharField(blank=True, max_length=300)),
                ("page", models.CharField(blank=True, max_length=40)),
                ("request_id", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["organization_id", "id"], name="looked_by_organization"),
                    models.Index(fields=["actor_id", "id"], name="looked_by_actor"),
                    models.Index(fields=["customer_id", "id"], name="looked_by_customer"),
                    models.Index(fields=["vehicle_id", "id"], name="looked_by_vehicle"),
                    models.Index(fields=["at", "id"], name="looked_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                (
                    "hash",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000", max_length=64
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("fully_checked_at", models.DateTimeField(null=True)),
                ("checked_number", models.BigIntegerField(default=0)),
                ("checked_problem", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_chain_head")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("organization_id", models.UUIDField(null=True)),
                ("organization_name", models.CharField(blank=True, max_length=200)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.CharField(blank=True, max_length=200)),
                ("actor_role", models.CharField(blank=True, max_length=20)),
                ("action", models.CharField(max_length=60)),
                ("object_type", models.CharField(blank=True, max_length=40)),
                ("object_id", models.CharField(blank=True, max_length=200)),
                ("object_label", models.CharField(blank=True, max_length=300)),
                ("customer_id", models.UUIDField(null=True)),
                ("vehicle_id", models.UUIDField(null=True)),
                ("outcome", models.CharField(max_length=20)),
                ("reason", models.CharField(blank=True, max_length=2000)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("client_address", models.CharField(blank=True, max_length=64)),
                ("changes", models.TextField(default="{}")),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["-number"],
                "indexes": [
                    models.Index(fields=["actor_id", "number"], name="event_by_actor"),
                    models.Index(fields=["organization_id", "number"], name="event_by_organization"),
                    models.Index(fields=["action", "number"], name="event_by_action"),
                    models.Index(fields=["outcome", "number"], name="event_by_outcome"),
                    models.Index(fields=["object_id", "number"], name="event_by_object"),
                    models.Index(fields=["customer_id", "number"], name="event_by_customer"),
                    models.Index(fields=["vehicle_id", "number"], name="event_by_vehicle"),
                    models.Index(fields=["request_id", "number"], name="event_by_request"),
                    models.Index(fields=["at", "number"], name="event_by_time"),
                ],
            },
        ),
        migrations.RunPython(install, lift),
    ]
