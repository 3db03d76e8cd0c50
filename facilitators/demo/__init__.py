from facilitators.demo.commitments import make_demo_commitments
from facilitators.demo.learning import make_demo_learning
from facilitators.demo.people import make_demo_facilitators
from facilitators.demo.visits import make_demo_visits
from facilitators.demo.work import make_demo_work

__all__ = [
    "make_demo_commitments",
    "make_demo_facilitators",
    "make_demo_learning",
    "make_demo_visits",
    "make_demo_work",
]
