"""Who may log in, and as what; whatever cannot be understood lets nobody in."""

import pytest

from ctviz.core import InvalidParameter, NotAllowed
from ctviz.ui.access.account import Account, NotLoggedIn, account_of
from ctviz.ui.access.roles import Access, read_access

NOW = 1_700_000_000.0
ACCESS = Access(
    owners=frozenset({"head@hospital.example"}),
    readers=frozenset({"guest@elsewhere.example"}),
    domains=frozenset({"hospital.example"}),
)
GOOD = {"is_logged_in": True, "email": "head@hospital.example", "iat": NOW - 60}


def test_an_account_is_owner_reader_or_nobody():
    assert ACCESS.role_of("Head@Hospital.example ") == "owner"
    assert ACCESS.role_of("guest@elsewhere.example") == "reader"
    assert ACCESS.role_of("anybody@hospital.example") == "reader"
    for nobody in ("", "hospital.example", "x@evil.example", "x@sub.hospital.example", "x@y@evil"):
        assert ACCESS.role_of(nobody) is None


@pytest.mark.parametrize(
    "change",
    [{"is_logged_in": False}, {"is_logged_in": None}, {"iat": NOW - 13 * 3600}, {"iat": None}],
)
def test_who_has_not_logged_in_lately_must_do_so(change):
    with pytest.raises(NotLoggedIn):
        account_of({**GOOD, **change}, ACCESS, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"email": None},
        {"email": "x@evil.example"},
        {"email_verified": False},
        {"email_verified": "false"},
    ],
)
def test_an_address_without_role_or_proof_is_not_allowed(change):
    with pytest.raises(NotAllowed):
        account_of({**GOOD, **change}, ACCESS, NOW)


def test_an_owner_may_what_a_reader_may_not():
    owner = account_of({**GOOD, "email_verified": True}, ACCESS, NOW)
    assert owner == Account("head@hospital.example", "owner")
    reader = account_of({**GOOD, "email": "a@hospital.example"}, ACCESS, NOW)
    assert [owner.may(deed) for deed in ("draw", "import", "study", "audit")] == [True] * 4
    assert [reader.may(deed) for deed in ("draw", "import", "study", "audit")] == [
        *(True, False, False, False)
    ]


def test_the_file_says_who_is_what(tmp_path):
    path = tmp_path / "access.toml"
    path.write_text(
        '[owners]\nemails = ["Head@hospital.example"]\n'
        '[readers]\ndomains = ["hospital.example"]\n[login]\nhours = 2\n'
    )
    assert read_access(path) == Access(
        frozenset({"head@hospital.example"}), domains=frozenset({"hospital.example"}), hours=2
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml",
        '[owners]\nemails = "head@hospital.example"',
        '[owners]\nemails = ["hospital.example"]',
        '[owners]\nemails = ["a@b"]\n[reader]\nemails = []',
        '[owners]\nemails = ["a@b"]\nphones = []',
        '[owners]\nemails = ["a@b"]\n[readers]\ndomains = ["c@d"]',
        '[owners]\nemails = ["a@b"]\n[login]\nhours = -1',
        '[owners]\nemails = ["a@b"]\n[login]\nhours = nan',
        '[owners]\nemails = ["a@b"]\n[login]\nhours = true',
        "owners = 1",
        '[owners]\nemails = ["a@b"]\nx = ' + "[" * 5_000,
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(tmp_path, text):
    path = tmp_path / "access.toml"
    path.write_text(text)
    with pytest.raises(InvalidParameter, match="CTVIZ_ACCESS"):
        read_access(path)
    with pytest.raises(InvalidParameter, match="CTVIZ_ACCESS"):
        read_access(tmp_path / "missing.toml")
