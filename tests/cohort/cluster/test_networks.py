"""A study over hosts that only share a network: namespaces of this machine, one of them cut off."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ctviz.cohort.cluster.crew import ClusterCrew
from tests.cohort.cluster.local_cluster import LocalCluster, answers, until
from tests.cohort.run.test_running import files_of, units_in

pytest.importorskip("distributed")

NETWORK, OURS = "10.213.77", 1
SCHEDULER, FIRST, SECOND = 2, 3, 4
CUT_SECONDS = "12s"
"""After so long without a sign of life a connection counts as cut; Dask's own is 30 s."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass(frozen=True)
class Host:
    """A namespace of this machine with an address of its own."""

    number: int

    @property
    def name(self) -> str:
        return f"ctviz{self.number}"

    @property
    def address(self) -> str:
        return f"{NETWORK}.{self.number}"

    def join(self) -> None:
        ip("netns", "add", self.name)
        ip("link", "add", f"{self.name}a", "type", "veth", "peer", "name", f"{self.name}b")
        ip("link", "set", f"{self.name}b", "netns", self.name)
        ip("link", "set", f"{self.name}a", "master", "ctviz-net", "up")
        ip("-n", self.name, "addr", "add", f"{self.address}/24", "dev", f"{self.name}b")
        ip("-n", self.name, "link", "set", f"{self.name}b", "up")
        ip("-n", self.name, "link", "set", "lo", "up")

    def cut(self) -> None:
        """Pull the plug: nobody is told."""
        ip("link", "set", f"{self.name}a", "down")

    def inside(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *command]


@pytest.fixture
def hosts() -> Iterator[dict[int, Host]]:
    hosts = {number: Host(number) for number in (SCHEDULER, FIRST, SECOND)}
    try:
        ip("link", "add", "ctviz-net", "type", "bridge")
        ip("addr", "add", f"{NETWORK}.{OURS}/24", "dev", "ctviz-net")
        ip("link", "set", "ctviz-net", "up")
        for host in hosts.values():
            host.join()
    except (OSError, subprocess.CalledProcessError) as error:
        _leave(hosts)
        pytest.skip(f"Namespaces of the network need root and Linux's bridges: {error}.")
    yield hosts
    _leave(hosts)


def _leave(hosts: dict[int, Host]) -> None:
    for host in hosts.values():
        subprocess.run(["ip", "netns", "del", host.name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", f"{host.name}a"], check=False, capture_output=True)
    subprocess.run(["ip", "link", "del", "ctviz-net"], check=False, capture_output=True)


class SpreadCluster(LocalCluster):
    """A cluster whose programs are on hosts of their own."""

    @property
    def address(self) -> str:
        return f"tcp://{NETWORK}.{SCHEDULER}:{self.port}"


def test_hosts_that_share_only_a_network_give_the_same_table_though_one_is_cut_off(
    fresh_backend, plan, finished, hosts, running
):
    home = fresh_backend.settings.cache.parent
    (home / "cluster").mkdir()
    cluster, folder = SpreadCluster(home / "cluster"), home / "study"
    try:
        _start(cluster, hosts)
        study = running(fresh_backend, plan, folder, ClusterCrew(cluster.address))
        study.until_done(2)
        hosts[FIRST].cut()
        assert study.failures() == ()
        assert len(units_in(folder)) == 6
    finally:
        for name in list(cluster.programs):
            cluster.kill(name)
    assert files_of(folder) == files_of(finished)


def _start(cluster: SpreadCluster, hosts: dict[int, Host]) -> None:
    quick = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": CUT_SECONDS}
    dask = [sys.executable, "-m", "dask"]
    place = ["--host", hosts[SCHEDULER].address, "--port", str(cluster.port)]
    scheduler = [*dask, "scheduler", *place, "--dashboard-address", ":0"]
    cluster.run("scheduler", hosts[SCHEDULER].inside(*scheduler), quick)
    until(lambda: answers(cluster.port, hosts[SCHEDULER].address), "the scheduler answers")
    for number in (FIRST, SECOND):
        home: Path = cluster.folder / str(number)
        home.mkdir()
        options = ["--nthreads", "1", "--no-dashboard", "--host", hosts[number].address]
        worker = [*dask, "worker", cluster.address, *options, "--local-directory", str(home)]
        places = {"CTVIZ_DATA": f"{home}/data", "CTVIZ_CACHE": f"{home}/cache"}
        cluster.run(str(number), hosts[number].inside(*worker), {**places, **quick})
