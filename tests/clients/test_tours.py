"""Client libraries that others use, in their own languages, against the running service."""

import subprocess

import pytest
from fixtures.service import Service
from fixtures.touring import run

EVERY = ("metadata", "create", "read", "update", "paging", "chains", "includes", "transaction")
EVERY += ("delete", "errors", "the ward", "the wrong ward", "a hospital", "the city, and nobody")


def tour(service: Service, client: str, *more: str) -> None:
    """Hold a tour to its steps, all of them."""
    done = run(client, f"{service.url}/fhir", service.token, output=subprocess.PIPE)
    assert done.returncode == 0, done.stdout
    told = {line.removeprefix("ok ") for line in done.stdout.splitlines() if line[:3] == "ok "}
    assert told == {*EVERY, *more}


@pytest.mark.proves("clients/fhirpy")
def test_fhirpy(service: Service) -> None:
    more = ("patch", "conditional create", "conditional update, patch and delete", "validate")
    tour(service, "fhirpy", *more)


@pytest.mark.proves("clients/fhirclient")
def test_fhirclient(service: Service) -> None:
    tour(service, "fhirclient", "log in, as the ward")


@pytest.mark.proves("clients/fhir-kit-client")
def test_fhir_kit_client(service: Service) -> None:
    more = ("patch", "history", "conditional create", "conditional update")
    more += ("search by POST", "references", "operations", "validate")
    tour(service, "fhir-kit-client", *more)


@pytest.mark.proves("clients/smart-js")
def test_smart_js(service: Service) -> None:
    more = ("patch", "conditional create", "references", "log in, as the ward")
    tour(service, "smart-js", *more)


@pytest.mark.proves("clients/hapi")
def test_hapi(service: Service) -> None:
    more = ("patch", "history", "conditional create", "conditional update, patch and delete")
    tour(service, "hapi", *more, "search by POST", "operations", "validate")
