# Besök as one image; docker-compose.yml runs each service from it.

FROM python:3.13-slim-trixie AS build
WORKDIR /build
RUN python3 -m venv /opt/besok
ENV PATH=/opt/besok/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock pyproject.toml ./
# The lock holds the developers' tools too; they are checked with the rest and do not go into the image.
RUN pip install --quiet --require-hashes -r requirements.lock \
 && python -c "import re, tomllib; \
    print(*(re.match('[A-Za-z0-9-]+', d)[0] for d in \
    tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['dev']))" \
  | xargs pip uninstall --quiet --yes
COPY . .
RUN pip install --quiet --no-deps --no-build-isolation . && pip check

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin besok
COPY --from=build /opt/besok /opt/besok
COPY sites /app/sites
ENV PATH=/opt/besok/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER besok
ENTRYPOINT ["besok"]
CMD ["--help"]
