from __future__ import annotations

from hypothesis import settings

# No deadline: machines are shared. No database: what a run finds goes into a target's SEEDS.
settings.register_profile("kinroom", deadline=None, database=None, print_blob=True)
settings.load_profile("kinroom")
