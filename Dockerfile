# Besök as one image; docker-compose.yml runs each service from it.

FROM python:3.13-slim-trixie AS build
WORKDIR /build
RUN python3 -m venv /opt/besok
ENV PATH=/opt/besok/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock ./
# Test suites of libraries, bytecode and pip are a third of the environment, and nothing in the image needs them.
RUN pip install --quiet --no-compile --require-hashes -r requirements.lock \
 && find /opt/besok -type d -name tests -path '*/site-packages/*' -prune -exec rm -rf {} +
COPY . .
RUN pip install --quiet --no-compile --no-deps --no-build-isolation . && pip check && pip uninstall --quiet --yes pip

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin besok
COPY --from=build /opt/besok /opt/besok
COPY sites /app/sites
ENV PATH=/opt/besok/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER besok
ENTRYPOINT ["besok"]
CMD ["--help"]
