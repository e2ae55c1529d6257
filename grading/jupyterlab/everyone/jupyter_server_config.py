"""JupyterLab for everyone: reachable from this computer only, and allowed for root, as in a container."""

c = get_config()

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.allow_root = True
