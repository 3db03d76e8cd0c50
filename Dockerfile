FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static

# Letters and lists as PDF: pango sets the text, in a font of Arial's measures.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --create-home --home-dir /srv/pkh --shell /usr/sbin/nologin pkh \
    && install -d -m 0700 -o pkh -g pkh /srv/pkh
WORKDIR /srv/code

COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
# A passing key: static files and messages need none, and an image must not carry one.
RUN python -m core.messages compile \
    && SECRET_KEY=build python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q .

USER pkh
VOLUME /srv/pkh
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "-c", "python:pkh.gunicorn_conf", "pkh.wsgi:application"]
