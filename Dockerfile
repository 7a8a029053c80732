# The service: API, web app, worker and command line in one image.
FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build -- --outDir /static --emptyOutDir

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 tram
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY ehr ehr
COPY fhir_api fhir_api
COPY auth auth
COPY seed seed
COPY migrations migrations
COPY --from=web /static ehr/web/static
RUN pip install --no-cache-dir --no-deps --no-build-isolation .
USER tram
ENV EHR_HOST=0.0.0.0 EHR_DATA_DIR=/home/tram/data
EXPOSE 8000
# Under a name of EHR_ALLOWED_HOSTS: every other one is answered 421.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; host = os.environ.get('EHR_ALLOWED_HOSTS', 'localhost').split(',')[0].strip(); u.urlopen(u.Request('http://127.0.0.1:8000/health/ready', headers={'Host': host}), timeout=2)"]
CMD ["ehr", "serve"]
