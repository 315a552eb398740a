"""When each customer's vehicles were asked for, and when they are due again."""

import django.utils.timezone
from django.db import migrations, models


def leave_out_the_gone(apps, schema_editor):
    apps.get_model("directory", "Customer").objects.filter(is_gone=True).update(look_due_at=None)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_search_index"),
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="look_claimed_until",
            field=models.DateTimeField(help_text="Somebody asks for them, or died in doing so.", null=True),
        ),
        migrations.AddField(
            model_name="customer",
            name="look_due_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, help_text="Empty for those who are gone.", null=True
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="look_rank",
            field=models.SmallIntegerField(default=2, help_text="What is due is asked for in this order."),
        ),
        migrations.AddField(
            model_name="customer",
            name="opened_at",
            field=models.DateTimeField(help_text="When somebody last opened the customer or a vehicle.", null=True),
        ),
        migrations.AddField(
            model_name="customer",
            name="vehicles_asked_at",
            field=models.DateTimeField(help_text="When Podero last answered with all the vehicles.", null=True),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["organization", "look_rank", "look_due_at", "id"], name="customer_due"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["organization", "is_gone", "vehicles_asked_at"], name="customer_by_age"),
        ),
        migrations.RunPython(leave_out_the_gone, migrations.RunPython.noop),
    ]
