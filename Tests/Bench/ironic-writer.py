"""Streams a raw image to a disk with the classes of ironic-python-agent (PyPI), as its deploy step does.

    ironic-writer.py URL SHA256 DEVICE
"""

import os
import sys

from ironic_python_agent import config  # noqa: F401, declares the options
from oslo_config import cfg

cfg.CONF([], project="ironic-python-agent")

from ironic_python_agent.extensions import standby  # noqa: E402, needs the options

url, digest, device = sys.argv[1:]
download = standby.ImageDownload(
    {"id": "bench", "urls": [url], "os_hash_algo": "sha256", "os_hash_value": digest}
)
with open(device, "wb+") as disk:
    for chunk in download:
        disk.write(chunk)
    disk.flush()
    os.fsync(disk.fileno())
download.verify_image(device)
