"""The checks keep where times are out of order. Nullable, so that SQLite adds it without remaking the table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="chainhead", name="out_of_order_number", field=models.BigIntegerField(null=True)
        ),
    ]
