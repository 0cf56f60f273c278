"""A cluster by TLS: whoever holds its certificates computes a study, and nobody else gets in."""

import socket
import ssl

import pytest

from ctviz.cohort import run_study
from ctviz.cohort.cluster.crew import ClusterCrew
from ctviz.core import InvalidInput
from tests.certificates import Authority
from tests.cohort.cluster.local_cluster import local_cluster
from tests.cohort.run.test_running import files_of, units_in

pytest.importorskip("distributed")


def certificates(folder, name):
    """Return what `docs/cluster.md` has every machine say, for certificates made here."""
    authority = Authority(folder / name, name)
    made = authority.vouch("machine")
    roles = {
        f"distributed.comm.tls.{role}.{part}": str(path)
        for role in ("scheduler", "worker", "client")
        for part, path in (("cert", made.certificate), ("key", made.key))
    }
    return {
        "distributed.comm.require-encryption": "true",
        "distributed.comm.tls.ca-file": str(authority.ca),
        **roles,
    }


def test_holders_of_its_certificates_compute_the_same_table(
    fresh_backend, plan, finished, tmp_path
):
    from dask import config

    own = certificates(tmp_path, "own")
    with local_cluster(tmp_path / "cluster", workers=1, certificates=own) as cluster:
        assert cluster.address.startswith("tls://")
        crew = ClusterCrew(cluster.address)
        with config.set({**own, "distributed.comm.require-encryption": True}):
            run_study(fresh_backend, plan, tmp_path / "study", workers=crew)
    assert files_of(tmp_path / "study") == files_of(finished)
    assert crew.facts["processes"] == 1


def test_nobody_else_gets_in(fresh_backend, plan, tmp_path, monkeypatch):
    from dask import config

    monkeypatch.setattr("ctviz.cohort.cluster.dask_engine.CONNECT_SECONDS", 2.0)
    own, strange = certificates(tmp_path, "own"), certificates(tmp_path, "strange")
    with local_cluster(tmp_path / "cluster", certificates=own) as cluster:
        crew = ClusterCrew(cluster.address)
        with (
            config.set(strange),
            pytest.raises(InvalidInput, match="accept each other's certificates"),
        ):
            run_study(fresh_backend, plan, tmp_path / "study", workers=crew)
        # Without encryption nobody is heard either.
        plain = ClusterCrew(cluster.address.replace("tls:", "tcp:"))
        with pytest.raises(InvalidInput, match="No Dask scheduler answers at tcp:"):
            run_study(fresh_backend, plan, tmp_path / "study", workers=plain)
        trusting = ssl.create_default_context(cafile=own["distributed.comm.tls.ca-file"])
        with pytest.raises(OSError, match=r"certificate required|EOF|reset"):
            read_of(trusting, cluster.port)
    assert not units_in(tmp_path / "study")


def read_of(context, port):
    """Speak by TLS to a port without a certificate of one's own."""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as spoken,
    ):
        spoken.sendall(b"hello")
        if not spoken.recv(1):
            raise OSError("EOF")
