# One image for web and worker. Build: docker build -t podero_admin .   Run: docs/install.md

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --no-deps -r /tmp/requirements.txt
WORKDIR /app
COPY manage.py organizations.example.toml ./
COPY podero_admin podero_admin
COPY templates templates
COPY static static
# Static files are collected once, here; the values are for this step only and stay in this stage.
RUN SECRET_KEY=only-to-collect-static-files-and-nothing-else PUBLIC_URL=https://build.example.com ALLOWED_HOSTS=build.example.com \
    ALPENSTROM_CLIENT_ID=none PODERO_VAR_DIR=/tmp/var DATABASE_URL=sqlite:////tmp/var/build.sqlite3 \
    PODERO_ORGANIZATIONS=/tmp/organizations.toml \
    sh -c "sed 's#{ file = .*}#\"none\"#' organizations.example.toml > /tmp/organizations.toml \
    && /opt/venv/bin/python manage.py collectstatic --noinput \
    && /opt/venv/bin/python -m compileall -q podero_admin"

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PODERO_VAR_DIR=/var/lib/podero_admin \
    DATABASE_URL=sqlite:////var/lib/podero_admin/podero_admin.sqlite3 \
    PODERO_ORGANIZATIONS=/etc/podero_admin/organizations.toml
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin podero \
    && install -d -o podero -g podero -m 0750 /var/lib/podero_admin
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER podero
VOLUME /var/lib/podero_admin
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "podero_admin.healthcheck"]
# The web; a worker is the same image with the command of docs/install.md and no health check.
CMD ["gunicorn", "--config", "python:podero_admin.gunicorn", "--bind", "0.0.0.0:8000"]
