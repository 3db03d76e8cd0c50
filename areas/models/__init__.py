from areas.models.area import Area

__all__ = ["Area"]
