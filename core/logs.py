from django_structlog.middlewares import RequestMiddleware


class RequestLogMiddleware(RequestMiddleware):
    """One line a request, without the query string: a search may hold a NIK."""

    @staticmethod
    def format_request(request) -> str:
        return f"{request.method} {request.path}"
