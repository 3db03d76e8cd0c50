from facilitators.demo.learning import make_demo_learning
from facilitators.demo.people import make_demo_facilitators

__all__ = ["make_demo_facilitators", "make_demo_learning"]
