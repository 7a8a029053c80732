"""Settings from the environment: what is wrong is refused by its name, with what it may be."""

from pathlib import Path

import pytest

from ehr.config import from_environment


def test_one_machine_needs_no_setting() -> None:
    assert from_environment({}).public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("PORT", "abc", "PORT must be a whole number"),
        ("PORT", "99999", "PORT must be from 1 to 65535"),
        ("EHR_PORT", "0", "EHR_PORT must be from 1 to 65535"),
        ("EHR_DATABASE_POOL", "0", "EHR_DATABASE_POOL must be from 1"),
        ("EHR_RATE_LIMIT", "-1", "EHR_RATE_LIMIT must be from 0"),
        ("EHR_CONDITIONAL_DELETE_LIMIT", "1000", "from 1 to 999"),
        ("EHR_DATABASE_URL", "mysql://ehr_app:secret@host/tram", "postgresql://"),
        ("EHR_DATABASE_AUDIT_URL", "secret", "postgresql://"),
        ("EHR_ISSUER", "id.example/realms/tram", "https://"),
        ("EHR_BASE_URL", "clinic.example", "https://"),
        ("EHR_BROWSER_ORIGINS", "https://a.example/app", "without a path"),
        ("EHR_LOG_LEVEL", "LOUD", "DEBUG, INFO"),
        ("EHR_ISSUR", "https://id.example", "did you mean EHR_ISSUER"),
        ("EHR_DATABSE_URL", "postgresql://host/tram", "did you mean EHR_DATABASE_URL"),
    ],
)
def test_what_is_wrong_is_named(name: str, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        from_environment({name: text})
    assert name in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EHR_DATABASE_URL", "postgresql://ehr_app@/tram?host=/run/postgresql"),
        ("EHR_BASE_URL", "https://clinic.example/tram/"),
        ("EHR_BROWSER_ORIGINS", "https://a.example, http://localhost:3000"),
        ("EHR_RATE_LIMIT", "0"),
        ("EHR_DB_PASSWORD", "of docker-compose.yml"),
        ("EHR_TEST_SCREENSHOTS", "of the tests"),
    ],
)
def test_what_is_right_is_taken(name: str, text: str) -> None:
    from_environment({name: text})


def test_the_data_folder_is_absolute() -> None:
    assert from_environment({"EHR_DATA_DIR": "here"}).data_dir == Path.cwd() / "here"
