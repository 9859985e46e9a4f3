# One image for every server; SESPHR_ROLE says which it is (docker-compose.yml, docs/deployment.md).
FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends make gcc pkg-config libc6-dev libmariadb-dev \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --home-dir /srv/sesphr sesphr \
    && install -d -o sesphr -g sesphr -m 700 /srv/data /srv/sesphr/app
USER sesphr
WORKDIR /srv/sesphr/app
COPY --chown=sesphr:sesphr . .
# What browsers load and the words that servers speak lie in the image.
ENV PYTHONUTF8=1 SESPHR_BUILT=/srv/sesphr/app/built
RUN scripts/bootstrap.sh requirements.txt requirements-mariadb.txt requirements-s3.txt \
    && PATH="$PWD/.venv/bin:$PATH" SESPHR_DATA="$SESPHR_BUILT" node static/build.mjs "$SESPHR_BUILT/static" \
    && .venv/bin/python scripts/messages.py compile "$SESPHR_BUILT/locale"
ENV SESPHR_DATA=/srv/data PATH=/srv/sesphr/app/.venv/bin:$PATH
ENTRYPOINT ["python"]
