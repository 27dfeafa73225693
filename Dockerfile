# The page.
FROM node:20-bookworm AS web
WORKDIR /src
COPY Makefile ./
COPY web/ web/
RUN make web

# The wheel, with the page in it, and an environment that holds it and the server's own dependencies, nothing else.
FROM python:3.11-bookworm AS wheel
WORKDIR /src
COPY Makefile pyproject.toml hatch_build.py requirements.lock requirements-server.lock README.md ./
COPY kinroom/ kinroom/
COPY rtc/ rtc/
COPY signaling/ signaling/
COPY --from=web /src/kinroom/page/ kinroom/page/
RUN make wheel
RUN python -m venv /opt/kinroom
RUN /opt/kinroom/bin/pip install --require-hashes --requirement requirements-server.lock
RUN /opt/kinroom/bin/pip install --no-deps dist/*.whl

FROM python:3.11-slim-bookworm
# Media is encrypted with less work (rtc/shell/gcm.py). Not every processor has it; there OpenSSL does it.
RUN apt-get update -qq && { apt-get install -qq -y --no-install-recommends libipsec-mb1 || true; } && rm -rf /var/lib/apt/lists/*
COPY --from=wheel /opt/kinroom /opt/kinroom
RUN useradd --system --home-dir /var/lib/kinroom --create-home kinroom
USER kinroom
WORKDIR /
VOLUME /var/lib/kinroom
EXPOSE 8080/tcp
ENV PATH=/opt/kinroom/bin:$PATH
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
ENTRYPOINT ["kinroom"]
CMD ["serve", "--behind-proxy", "--host", "0.0.0.0", "--port", "8080", "--data", "/var/lib/kinroom"]
