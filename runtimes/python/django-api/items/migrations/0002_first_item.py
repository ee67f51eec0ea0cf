from django.db import migrations


def add(apps, schema_editor):
    apps.get_model("items", "Item").objects.create(name="first", price=9.5, tags=["example"])


class Migration(migrations.Migration):
    dependencies = [("items", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
