"""The recipe for containers says what the program does."""

import re
import shutil
import subprocess
import tomllib

import pytest

from tests.tools.project import PROJECT
from ui.server.app import HEALTH_PATH
from ui.state.session import COOKIE

DEPLOY = PROJECT / "deploy"
DOCKERFILE, NGINX, README = (
    (DEPLOY / name).read_text() for name in ("Dockerfile", "nginx.conf", "README.md")
)
COMPOSE = (DEPLOY / "compose.yaml").read_text()


def test_the_image_holds_all_of_the_program_and_nothing_else():
    copied = {
        source for line in re.findall(r"^COPY (.+)", DOCKERFILE, re.MULTILINE) for source in line.split()[:-1]
    }
    needed = {
        "app.py",
        "autoencoder",
        "checkpoints",
        "pages",
        "ui",
        ".streamlit",
        "requirements.txt",
        "LICENSE",
    }
    assert copied == needed and all((PROJECT / name).exists() for name in copied)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[0] == "*" and {line[1:] for line in ignored if line.startswith("!")} == needed


def test_the_image_installs_what_is_required():
    required = (PROJECT / "requirements.txt").read_text().splitlines()
    for name in ("torch", "torchvision"):
        pinned = re.search(rf'"({name}>=[^"]+)"', DOCKERFILE)[1]
        assert any(line.split("#")[0].strip() == pinned for line in required)
    assert "download.pytorch.org/whl/cpu" in DOCKERFILE


def test_the_image_runs_without_rights():
    last = [line for line in DOCKERFILE.splitlines() if line.startswith(("USER", "CMD"))]
    assert last[0] == "USER explorer" and "useradd" in DOCKERFILE
    assert HEALTH_PATH in DOCKERFILE and "LATENT_STATE_ROOT=/data/state" in DOCKERFILE


def test_every_variable_is_known_to_the_program_or_explained():
    program = "".join(
        path.read_text() for path in [*PROJECT.glob("ui/**/*.py"), *PROJECT.glob("autoencoder/**/*.py")]
    )
    for name in set(re.findall(r"LATENT_[A-Z_]+", DOCKERFILE + COMPOSE + README)):
        assert name in program, name
    for name in re.findall(r"\$\{([A-Z_]+)", COMPOSE):
        assert f"| `{name}` |" in README, name


def test_replicas_are_read_only_and_share_what_visitors_keep():
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load(COMPOSE)["services"]
    replicas = {name: service for name, service in services.items() if name != "proxy"}
    assert len(replicas) >= 2
    for service in services.values():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and "/tmp" in service["tmpfs"]
        assert "no-new-privileges:true" in service["security_opt"] and "privileged" not in service
    for service in replicas.values():
        assert service["volumes"] == ["data:/data"] and "ports" not in service
    assert set(re.findall(r"server (app-\d+):8501", NGINX)) == set(replicas)
    assert set(services["proxy"]["depends_on"]) == set(replicas)


def test_the_proxy_keeps_a_visitor_on_one_replica_and_lets_websockets_through():
    assert f"$cookie_{COOKIE}" in NGINX and "hash $visitor consistent" in NGINX
    assert "proxy_set_header Upgrade $http_upgrade" in NGINX and "proxy_http_version 1.1" in NGINX
    assert "proxy_set_header Host $http_host" in NGINX  # the origin of a websocket is compared with it
    log_format = re.search(r"log_format .*", NGINX)[0]
    assert "cookie" not in log_format and "$request " not in log_format and "referer" not in log_format


def test_the_proxy_takes_what_the_server_takes():
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["server"]
    assert int(re.search(r"client_max_body_size (\d+)m", NGINX)[1]) > settings["maxUploadSize"]


def test_what_was_not_tried_is_said():
    assert "**Not tried**" in README


def test_nginx_accepts_its_configuration(tmp_path):
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("no nginx on this machine")
    (tmp_path / "nginx.conf").write_text(re.sub(r"app-\d+:8501", "127.0.0.1:8501", NGINX))
    tested = subprocess.run([nginx, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
