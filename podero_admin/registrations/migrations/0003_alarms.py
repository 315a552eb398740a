"""Alarms stay until a senior has seen them; strays, and the work that is done again and again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def alarms_stand(apps, schema_editor):
    """What was raised before is not seen yet."""
    rows = apps.get_model("registrations", "Registration").objects.exclude(alarm="")
    rows.update(alarm_since=models.F("settled_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_search_index"),
        ("organizations", "0001_initial"),
        ("registrations", "0002_transitions"),
        ("vehicles", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chore",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("done_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Stray",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vehicle_id", models.UUIDField(help_text="as Podero names it; the vehicle may not be among ours")),
                ("reference", models.CharField(max_length=12)),
                ("alarm", models.CharField(max_length=500)),
                ("found_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="registration",
            name="alarm_since",
            field=models.DateTimeField(
                help_text="when the alarm was raised; empty once a senior has seen it", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("alarm_since__isnull", False)),
                fields=["organization", "alarm_since"],
                name="registration_alarmed",
            ),
        ),
        migrations.AddField(
            model_name="stray",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="strays", to="directory.customer"
            ),
        ),
        migrations.AddField(
            model_name="stray",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="strays", to="organizations.organization"
            ),
        ),
        migrations.AddIndex(
            model_name="stray",
            index=models.Index(
                condition=models.Q(("acknowledged_at__isnull", True)),
                fields=["organization", "found_at"],
                name="stray_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="stray",
            constraint=models.UniqueConstraint(fields=("vehicle_id", "reference"), name="stray_found_once"),
        ),
        migrations.RunPython(alarms_stand, migrations.RunPython.noop, elidable=True),
    ]
