from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from signaling.shell.origin import address_of, base_url, same_origin


@pytest.mark.parametrize(
    ("headers", "proxied", "same"),
    [
        ({"Host": "group.example"}, False, True),  # no browser
        ({"Host": "group.example", "Origin": "https://group.example"}, False, True),
        ({"Host": "Group.Example:8080", "Origin": "http://group.example:8080"}, False, True),
        ({"Host": "group.example", "Origin": "https://group.example.evil.example"}, False, False),
        ({"Host": "group.example", "Origin": "null"}, False, False),
        ({"Host": "group.example", "Origin": "https://[broken"}, False, False),
        ({"Host": "inner", "X-Forwarded-Host": "group.example", "Origin": "https://group.example"}, True, True),
        ({"Host": "inner", "X-Forwarded-Host": "group.example", "Origin": "https://group.example"}, False, False),
    ],
)
def test_only_our_own_pages(headers: dict[str, str], proxied: bool, same: bool) -> None:
    assert same_origin(make_mocked_request("GET", "/ws", headers=headers), behind_proxy=proxied) is same


def test_only_what_the_proxy_itself_saw_is_believed() -> None:
    request = make_mocked_request("GET", "/ws", headers={"X-Forwarded-For": "192.0.2.66, 192.0.2.7"})
    assert address_of(request, behind_proxy=True) == "192.0.2.7"
    assert address_of(request, behind_proxy=False) != "192.0.2.7"


def test_a_proxy_that_adds_a_line_of_its_own_is_believed_alone() -> None:
    headers = CIMultiDict([("X-Forwarded-For", "192.0.2.66"), ("X-Forwarded-For", "192.0.2.7")])
    assert address_of(make_mocked_request("GET", "/ws", headers=headers), behind_proxy=True) == "192.0.2.7"


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
    ],
)
def test_one_line_counts_as_one_however_many_addresses_it_has(seen: str, counted: str) -> None:
    request = make_mocked_request("GET", "/ws", headers={"X-Forwarded-For": seen})
    assert address_of(request, behind_proxy=True) == counted


def test_links_begin_as_the_client_wrote_it() -> None:
    headers = {"Host": "inner:8080", "X-Forwarded-Host": "group.example", "X-Forwarded-Proto": "https"}
    request = make_mocked_request("POST", "/api/v1/sessions", headers=headers)
    assert base_url(request, behind_proxy=True) == "https://group.example"
    assert base_url(request, behind_proxy=False) == "http://inner:8080"
