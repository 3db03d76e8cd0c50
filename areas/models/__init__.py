from areas.models.area import Area
from areas.models.shape import AreaShape

__all__ = ["Area", "AreaShape"]
