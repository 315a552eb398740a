"""The indexes by which the makers are listed and filtered, and the vehicles with an error counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vehicles", "0003_search")]

    operations = [
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["maker", "urgency", "stale_after", "id"], name="vehicle_of_maker"),
        ),
        migrations.AddIndex(
            model_name="vehicle", index=models.Index(fields=["organization", "maker"], name="vehicle_makers")
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                fields=["organization", "connection_status", "id"],
                condition=models.Q(connection_status="error"),
                name="vehicle_connection_error",
            ),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                fields=["organization", "steering_status", "id"],
                condition=models.Q(steering_status="error"),
                name="vehicle_steering_error",
            ),
        ),
    ]
