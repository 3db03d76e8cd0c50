from django.conf import settings
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class OfficeLocaleMiddleware(LocaleMiddleware):
    """Pages speak the office's language, unless the person chose another by cookie.

    Many office machines run an English browser whose Accept-Language nobody ever set; it must
    not turn half a district's screens English. Programs over REST are answered in the language
    they ask for.
    """

    def process_request(self, request):
        if request.path_info.startswith("/api/"):
            super().process_request(request)
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        known = dict(settings.LANGUAGES)
        translation.activate(chosen if chosen in known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


class CompressTextMiddleware(GZipMiddleware):
    """Pages, styles and scripts travel compressed: villages have 3G.

    Pictures, workbooks and PDFs are compressed already, and part of a file has to stay that part.
    Django hides the length of what it compresses behind a random one, and the CSRF token is
    another in every answer, so that lengths tell nothing (BREACH).
    """

    TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")

    def process_response(self, request, response):
        kind = response.get("Content-Type", "")
        if not kind.startswith(self.TEXT) or response.status_code == 206:
            return response
        return super().process_response(request, response)
