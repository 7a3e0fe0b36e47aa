# Besök as one image; docker-compose.yml runs each service from it.

FROM python:3.13-slim-trixie AS build
WORKDIR /build
RUN python3 -m venv /opt/besok
ENV PATH=/opt/besok/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock ./
# Test suites of libraries, maps of scripts and pip are a fifth of the environment, and nothing in the image needs them.
RUN pip install --quiet --no-compile --require-hashes -r requirements.lock \
 && find /opt/besok -path '*/site-packages/*' \( -type d -name tests -prune -o -name '*.map' \) -exec rm -rf {} +
COPY . .
RUN pip install --quiet --no-compile --no-deps --no-build-isolation . && pip check && pip uninstall --quiet --yes pip
# Bytecode of what our modules import, and of nothing else: without it each process compiles it all for seconds.
WORKDIR /
RUN for name in api besok cli collectors dashboard jobs sensors_sim; do python -c "import importlib as i, pkgutil as p; \
  [i.import_module(m.name) for m in p.walk_packages(i.import_module('$name').__path__, '$name.')]" || exit 1; done

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin besok
COPY --from=build /opt/besok /opt/besok
COPY sites /app/sites
ENV PATH=/opt/besok/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER besok
ENTRYPOINT ["besok"]
CMD ["--help"]
