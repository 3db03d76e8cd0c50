from django.contrib.auth.hashers import Argon2PasswordHasher


class OfficeArgon2Hasher(Argon2PasswordHasher):
    """About 19 MiB a sign-in, OWASP's floor: 270 people sign in at 08:00 on two cores."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
