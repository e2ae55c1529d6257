"""What JupyterLab is for everyone: a program on this computer alone, also for root, as in a container."""

c = get_config()

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.allow_root = True
