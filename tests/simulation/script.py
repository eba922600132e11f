"""What a printed example needs to run again: ``from tests.simulation.script import *`` before it."""

import stamina

from tests.simulation.machine import *  # noqa: F403
from tests.simulation.people import *  # noqa: F403
from tests.simulation.wire import *  # noqa: F403

stamina.set_testing(testing=True, attempts=100, cap=True)
