"""The words by which vehicles are searched, and their trigram index."""

from typing import Any

from django.db import migrations, models

from podero_admin.directory.folding import fold, searchable
from podero_admin.directory.search_index import SearchIndex
from podero_admin.vehicles.models import new_search_key

INDEX = SearchIndex("vehicles_vehicle")
BATCH = 1000


def fill_in(apps: Any, schema_editor: Any) -> None:
    """Of the vehicles that are there already."""
    vehicles = apps.get_model("vehicles", "Vehicle").objects.using(schema_editor.connection.alias)
    ids = list(vehicles.values_list("id", flat=True))
    for start in range(0, len(ids), BATCH):
        some = list(vehicles.filter(id__in=ids[start : start + BATCH]).only("maker", "model", "year", "note"))
        for row in some:
            parts = (row.maker, row.model, str(row.year or ""), row.note)
            row.folded, row.search_key = searchable(fold(part) for part in parts), new_search_key()
        vehicles.bulk_update(some, ["folded", "search_key"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [("vehicles", "0004_incident"), ("directory", "0002_search_index")]

    operations = [
        migrations.AddField(
            model_name="vehicle",
            name="folded",
            field=models.TextField(blank=True, default="", help_text="All words one can search for, folded."),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="vehicle",
            name="search_key",
            field=models.BigIntegerField(
                default=new_search_key, help_text="A number by which the search index of SQLite knows the row."
            ),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="vehicle", index=models.Index(fields=["search_key"], name="vehicle_by_search_key")
        ),
        migrations.RunPython(INDEX.create, INDEX.drop),
    ]
