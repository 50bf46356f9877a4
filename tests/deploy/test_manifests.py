import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from commands.settings import Settings
from tests.deploy import kubernetes

DEPLOY = Path(__file__).parents[2] / "deploy"
ROLES = ("gateway", "domain", "projections", "api")
SECRETS = {"ADMIN_TOKEN", "BROKER_URL", "DATABASE_URL", "SECRET_KEY"}


def compose(*names: str) -> dict[str, Any]:
    """Services of Ampledger, later files over earlier ones."""
    merged: dict[str, Any] = {}
    for name in names:
        for service, content in yaml.safe_load((DEPLOY / name).read_text())["services"].items():
            merged[service] = {**merged.get(service, {}), **content}
    return merged


def own_services() -> dict[str, Any]:
    services = compose("compose.yaml")
    return {name: each for name, each in services.items() if each["image"] == "ampledger"}


@pytest.fixture(params=ROLES)
def pod(request: pytest.FixtureRequest) -> dict[str, Any]:
    return kubernetes.pods()[request.param]


def test_the_image_runs_as_nobody_special_and_starts_without_a_shell():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER 10001" in last_stage
    assert 'ENTRYPOINT ["ampledger"]' in last_stage
    assert not any(line.startswith("ADD ") for line in lines)


def test_nothing_comes_into_the_image_without_a_hash():
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    installs = re.findall(r"pip install [^&\n]*", text)
    assert installs
    for command in installs:
        assert "--require-hashes" in command or "--no-deps /wheels" in command
    assert "pip uninstall --yes pip" in text


def test_the_image_holds_no_secret():
    settings = re.findall(r"AMPLEDGER_(\w+)=", (DEPLOY / "Dockerfile").read_text())
    assert SECRETS.isdisjoint(settings)


@pytest.mark.parametrize("service", sorted(own_services()))
def test_a_container_of_compose_can_do_nothing_but_its_work(service):
    container = own_services()[service]
    assert container["user"] == "10001:10001"
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert [mount.partition(":")[0] for mount in container["tmpfs"]] == ["/tmp"]
    assert "noexec" in container["tmpfs"][0]
    assert container["pids_limit"] <= 512
    assert "privileged" not in container


@pytest.mark.parametrize("service", sorted(compose("compose.yaml")))
def test_no_container_of_compose_may_gain_privileges(service):
    assert "no-new-privileges:true" in compose("compose.yaml")[service]["security_opt"]


def test_compose_takes_every_secret_from_outside():
    text = (DEPLOY / "compose.yaml").read_text()
    for name in ("AMPLEDGER_ADMIN_TOKEN", "AMPLEDGER_SECRET_KEY"):
        assert re.search(rf"{name}: \$\{{{name}:\?", text)
    for url in re.findall(r"://ampledger:([^@]*)@", text):
        assert url.startswith("${")


def test_compose_shows_the_world_stations_and_nothing_else():
    published = {
        service: ports
        for service, each in compose("compose.yaml").items()
        if (ports := each.get("ports"))
    }
    assert published == {"gateway": ["9000:9000"], "api": ["127.0.0.1:8000:8000"]}


def test_arguments_are_roles_and_never_secrets(pod):
    assert all(container["args"] == [name] for name, container in _containers())
    assert all(each["command"][0] in ROLES for each in own_services().values())
    assert not any("command" in container for container in pod["containers"])


def _containers() -> list[tuple[str, dict[str, Any]]]:
    return [(name, pod["containers"][0]) for name, pod in kubernetes.pods().items()]


def test_there_is_a_pod_of_every_role():
    assert sorted(kubernetes.pods()) == sorted(ROLES)


def test_a_pod_is_restricted(pod):
    security, container = pod["securityContext"], pod["containers"][0]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] == 10001
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC"))


def test_a_pod_has_no_way_to_the_cluster(pod):
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False


def test_a_pod_has_limits_and_is_probed(pod):
    container = pod["containers"][0]
    assert "memory" in container["resources"]["limits"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_every_volume_of_a_pod_is_mounted_and_none_is_of_the_host(pod):
    mounted = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    assert not any("hostPath" in volume for volume in pod["volumes"])


def test_secrets_come_to_a_pod_from_a_secret(pod):
    container = pod["containers"][0]
    assert {"secretRef": {"name": "ampledger"}} in container["envFrom"]
    given = {each["name"].removeprefix("AMPLEDGER_") for each in container.get("env", ())}
    assert SECRETS.isdisjoint(given)


def test_the_example_of_a_secret_has_all_of_them_and_no_real_one():
    example = yaml.safe_load((DEPLOY / "kubernetes" / "secret.example.yaml").read_text())
    named = {
        name.removeprefix("AMPLEDGER_"): value for name, value in example["stringData"].items()
    }
    assert named.keys() == SECRETS
    assert all("change-me" in value for value in named.values())
    assert named["BROKER_URL"].startswith("amqps://")
    assert "sslmode=verify-full" in named["DATABASE_URL"]


def test_nothing_else_of_kubernetes_holds_a_secret():
    kinds = {each["kind"] for each in kubernetes.resources()}
    assert "Secret" not in kinds
    config = next(each for each in kubernetes.resources() if each["kind"] == "ConfigMap")
    assert SECRETS.isdisjoint(name.removeprefix("AMPLEDGER_") for name in config["data"])


def test_keys_are_for_the_group_of_the_gateway_alone():
    pod = kubernetes.pods()["gateway"]
    modes = {each["secret"]["defaultMode"] for each in pod["volumes"] if "secret" in each}
    assert modes == {0o440}
    assert pod["securityContext"]["fsGroup"] == 10001
    others = (pod for name, pod in kubernetes.pods().items() if name != "gateway")
    assert not any("secret" in volume for pod in others for volume in pod["volumes"])


def _listeners_of_compose() -> str:
    gateway = compose("compose.yaml", "compose.tls.yaml")["gateway"]
    return str(gateway["environment"]["AMPLEDGER_LISTENERS"])


def _listeners_of_kubernetes() -> str:
    env = kubernetes.pods()["gateway"]["containers"][0]["env"]
    return str(next(each["value"] for each in env if each["name"] == "AMPLEDGER_LISTENERS"))


@pytest.mark.parametrize("listeners", [_listeners_of_compose, _listeners_of_kubernetes])
def test_listeners_are_what_the_program_takes(listeners):
    read = Settings.model_validate({"listeners": json.loads(listeners())}).listeners
    assert [len(each.certificates) for each in read] == [0, 2]
    assert [each.client_certificates for each in read] == ["none", "optional"]
    assert all(each.client_ca and each.crl for each in read if each.client_certificates != "none")


def test_certificates_of_listeners_are_mounted_read_only():
    pod = kubernetes.pods()["gateway"]["containers"][0]
    mounts = [mount for mount in pod["volumeMounts"] if mount["mountPath"].startswith("/tls")]
    assert all(mount["readOnly"] for mount in mounts)
    for path in re.findall(r"/tls/[\w/.]+", _listeners_of_kubernetes()):
        assert any(path.startswith(mount["mountPath"] + "/") for mount in mounts)
    gateway = compose("compose.yaml", "compose.tls.yaml")["gateway"]
    assert gateway["volumes"] == ["./tls:/tls:ro"]


def test_the_network_is_closed_but_for_what_is_named():
    policies = {
        each["metadata"]["name"]: each["spec"]
        for each in kubernetes.resources()
        if each["kind"] == "NetworkPolicy"
    }
    assert policies["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    open_to_all = [
        name
        for name, policy in policies.items()
        for rule in policy.get("ingress", ())
        if "from" not in rule
    ]
    assert open_to_all == ["stations"]
    assert all("to" in rule for policy in policies.values() for rule in policy.get("egress", ()))


def test_every_port_of_a_policy_exists():
    ports = {
        port["name"] for pod in kubernetes.pods().values() for port in pod["containers"][0]["ports"]
    }
    named = {
        rule_port["port"]
        for each in kubernetes.resources()
        if each["kind"] == "NetworkPolicy"
        for rule in each["spec"].get("ingress", ())
        for rule_port in rule["ports"]
    }
    assert named <= ports
