"""How gunicorn serves the dashboard: `gunicorn --config python:podero_admin.gunicorn`; arguments after it win."""

bind = "127.0.0.1:8000"
wsgi_app = "podero_admin.wsgi"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 120
graceful_timeout = 50
keepalive = 5
control_socket_disable = True
loglevel = "warning"

# Who is believed about client, scheme and host is decided in one place: TRUSTED_PROXIES, by our own middleware.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
