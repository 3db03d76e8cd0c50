"""What Django's queries do not say by themselves."""

from django.db.models import Case, Field, Lookup, Q, Value, When
from django.db.models.fields.related import ForeignObject


@Field.register_lookup
@ForeignObject.register_lookup
class Among(Lookup):
    """`path__among=ArraySubquery(…)`: one of the values of an array.

    Says the same as `path__in` with the subquery itself, and plans otherwise: the array is read
    first and looked up in an index, where a set may be joined last, row by row.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, column_params = self.process_lhs(compiler, connection)
        array, array_params = self.process_rhs(compiler, connection)
        return f"{column} = ANY({array})", (*column_params, *array_params)


def holds(condition: Q) -> Case:
    """True or False for each row, also where the condition itself would be NULL."""
    return Case(When(condition, then=Value(True)), default=Value(False))
