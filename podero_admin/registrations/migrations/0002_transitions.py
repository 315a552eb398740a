"""The transitions of an outcome, held by the database itself."""

from django.db import migrations

from podero_admin.registrations import triggers


class Migration(migrations.Migration):
    dependencies = [("registrations", "0001_initial")]

    operations = [migrations.RunPython(triggers.forwards, triggers.backwards, elidable=False)]
