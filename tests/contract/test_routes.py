"""The HTTP contract: every answer fits its model, every route is in the description, no number is NaN."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from errata.app import wire
from errata.app.access import Access
from errata.app.routes import openapi
from errata.app.server import create_app
from tests.builders import multilabel_view, ner_view, text_view
from tests.security.asgi import HOST, PORT, ask

HOSTILE = "<img src=x onerror=alert(1)> 'a\" \\ \u202e \x00 é"
VIEWS = {
    "ner": ner_view(30, 1),
    "text": text_view(25, 1),
    "multi": multilabel_view(20, 1),
    "empty": ner_view(0),
    "odd": text_view(20, 2, labels=(HOSTILE, "", "O")),
    HOSTILE.replace("/", ""): ner_view(4, meta={f"meta_{HOSTILE}": [HOSTILE, None, "", "x"]}),
}
ROUTES = {
    "": wire.Run,
    "/summary": wire.Summary,
    "/summary?where=is_error&split=train&facets=gold,error_type,difficulty&histogram=loss": wire.Summary,
    "/summary?where=FALSE&histogram=": wire.Summary,
    "/rows?sort=-dep,loss&limit=5": wire.Rows,
    "/rows?mode=units&where=is_error&sort=random&seed=3": wire.Rows,
    "/samples/s1": wire.SampleDetail,
    "/samples/s1?where=is_error": wire.SampleDetail,
    "/units?positions=0,3,1": wire.MapUnits,
    "/units?positions=": wire.MapUnits,
    "/complete?column=gold": wire.Completion,
    "/complete?column=text&prefix=lee&split=train": wire.Completion,
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    access = Access()
    app = create_app(VIEWS, port=80, access=access)
    return TestClient(app, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {access.secret}"})


@pytest.mark.parametrize("run", list(VIEWS), ids=["ner", "text", "multi", "empty", "odd", "hostile"])
@pytest.mark.parametrize("path", list(ROUTES))
def test_answers_fit_their_models(client: TestClient, run: str, path: str) -> None:
    answer = client.get(f"/api/runs/{quoted(run)}{path}")
    if answer.status_code == 404:
        assert run == "empty"
        assert path.startswith(("/samples", "/units")) or "split=train" in path
        wire.ErrorBody.model_validate(answer.json())
        return
    assert answer.status_code == 200, answer.text
    ROUTES[path].model_validate(json.loads(answer.text, parse_constant=no_constant))


def no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


def quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def test_names_come_back_as_they_are(client: TestClient) -> None:
    session = wire.Session.model_validate(client.get("/api/session").json())
    assert [entry.name for entry in session.runs] == list(VIEWS)
    run = client.get("/api/runs/odd").json()
    assert run["labels"] == [HOSTILE, "", "O"]
    for row in client.get("/api/runs/odd/summary", params={"facets": "gold"}).json()["facets"][0]["rows"]:
        inner = client.get("/api/runs/odd/summary", params={"where": row["where"]}).json()
        assert inner["selection"]["n_units"] == row["n"]
    name = HOSTILE.replace("/", "")
    columns = client.get(f"/api/runs/{quoted(name)}").json()["columns"]
    column = next(column for column in columns if column["name"] == f"meta_{HOSTILE}")
    chosen = client.get(
        f"/api/runs/{quoted(name)}/rows",
        params={"where": f"{column['quoted']} IS NOT NULL", "sort": "-" + column["quoted"]},
    ).json()
    assert chosen["total"] == 3
    assert {row["meta"][f"meta_{HOSTILE}"] for row in chosen["rows"]} == {HOSTILE, "", "x"}


def test_sample_ids_may_hold_anything() -> None:
    view = ner_view(4)
    ids = ["a/b c", "../..", "%2e?x=1#y&z", HOSTILE]
    place = view.samples.schema.get_field_index("sample_id")
    object.__setattr__(view, "samples", view.samples.set_column(place, "sample_id", [ids]))
    access = Access()
    app = create_app({"a": view}, port=PORT, access=access)
    for name in ids:  # a server hands the path over decoded
        answer = ask(app, "GET", f"/api/runs/a/samples/{name}", [HOST, ("authorization", f"Bearer {access.secret}")])
        assert json.loads(answer.body)["sample_id"] == name


def test_the_description_names_every_route_once_with_stable_ids() -> None:
    description = openapi()
    ids = [operation["operationId"] for methods in description["paths"].values() for operation in methods.values()]
    questions = ["complete", "export", "map_units", "mask", "points", "rows", "run", "sample", "summary"]
    assert sorted(ids) == sorted(["health", "logout", "session", *questions])
    for path, methods in description["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            content = operation["responses"]["200"]["content"]
            assert "application/octet-stream" in content or "$ref" in content["application/json"]["schema"]
            for parameter in operation.get("parameters", ()):
                assert parameter["schema"], parameter


def test_every_field_of_an_answer_is_always_there() -> None:
    """Optional keys would be `undefined` in the console; an undefined number is null."""
    for name, schema in openapi()["components"]["schemas"].items():
        if name not in ("ErrorBody", "HTTPValidationError", "ValidationError"):
            assert set(schema.get("required", ())) == set(schema["properties"]), name


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/runs/nope", 404, "not_found"),
        ("/api/runs/ner/nope", 404, "not_found"),
        ("/api/runs/ner/samples/nope", 404, "not_found"),
        ("/api/runs/ner/summary?split=nope", 404, "not_found"),
        ("/api/runs/ner/summary?where=nope", 400, "filter"),
        ("/api/runs/ner/summary?facets=nope", 400, "filter"),
        ("/api/runs/ner/summary?convention=nope", 400, "usage"),
        ("/api/runs/text/export?format=conll", 400, "usage"),
        ("/api/runs/ner/rows?sort=nope", 400, "filter"),
        ("/api/runs/ner/points?columns=nope", 400, "filter"),
        ("/api/runs/ner/points?columns=sample_text", 400, "filter"),
        ("/api/runs/ner/mask?where=nope", 400, "filter"),
        ("/api/runs/ner/mask?split=nope", 404, "not_found"),
        ("/api/runs/ner/units?positions=-1", 400, "usage"),
        ("/api/runs/ner/units?positions=999999", 404, "not_found"),
        ("/api/runs/ner/points?places=perhaps", 422, "parameters"),
        ("/api/runs/ner/rows?limit=0", 422, "parameters"),
        ("/api/runs/ner/rows?limit=100000", 422, "parameters"),
        ("/api/runs/ner/rows?offset=-1", 422, "parameters"),
        ("/api/runs/ner/rows?mode=pages", 422, "parameters"),
        ("/api/runs/ner/complete", 422, "parameters"),
        ("/api/runs/ner/export?format=exe", 422, "parameters"),
    ],
)
def test_failures_are_told_in_one_shape(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    body = wire.ErrorBody.model_validate(answer.json())
    assert body.code == code
    assert body.message
    assert body.remedy or body.near


def test_downloads_are_attachments(client: TestClient) -> None:
    for format, kind in (("csv", "text/csv"), ("jsonl", "application/x-ndjson"), ("conll", "text/plain")):
        answer = client.get("/api/runs/ner/export", params={"format": format, "where": "is_error"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert re.fullmatch(r'attachment; filename="errata-[a-z-]+\.\w+"', answer.headers["content-disposition"])
        assert answer.text


def test_the_console_or_how_to_build_it(client: TestClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|style=", page.text), "nothing inline"
