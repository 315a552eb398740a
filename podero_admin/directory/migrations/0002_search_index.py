"""The trigram index by which customers are searched."""

from django.db import migrations

from podero_admin.directory.search_index import create_search_index, drop_search_index


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [migrations.RunPython(create_search_index, drop_search_index)]
