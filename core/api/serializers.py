from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.nik import mask_nik


@extend_schema_field({"type": ["string", "null"], "example": "9901**********01"})
class MaskedNumberField(serializers.CharField):
    """A NIK or card number, masked unless the view has recorded a reveal for this answer."""

    def to_representation(self, value):
        return value if self.context.get("revealed") else mask_nik(value)


class ErrorSerializer(serializers.Serializer):
    """The body of every refusal."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]


class PeriodField(serializers.Field):
    def to_representation(self, value):
        return str(value)
