"""What is tested in this process runs as it is written: that is what coverage, fuzzing and stand-ins see. Workers are
processes of their own, and use what is compiled; `RTC_COMPILED=1` has it here too.
"""

import os

os.environ.setdefault("RTC_COMPILED", "0")
