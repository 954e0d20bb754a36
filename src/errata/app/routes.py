"""The HTTP routes: each names its question, its parameters and the model of its answer. No logic."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import StreamingResponse

from errata.app import wire
from errata.app.doctor import DISTRIBUTION, version
from errata.app.library import Library
from errata.query.catalog import Catalog

MAX_PAGE = 1000

router = APIRouter(
    prefix="/api",
    responses={
        status: {"model": wire.ErrorBody, "description": description}
        for status, description in {
            400: "The request cannot be answered as asked (a filter with a fault, an unknown column)",
            401: "No session",
            404: "No such run, sample or split",
            422: "A parameter is missing or of the wrong type",
        }.items()
    },
)

Split = Annotated[str | None, Query(max_length=200, description="Name of a split; none = all")]
Where = Annotated[str, Query(description="A filter expression; empty = everything")]
Names = Annotated[str, Query(max_length=2000, description="Column names, separated by commas")]


def library_of(request: Request) -> Library:
    """The runs of this server."""
    library: Library = request.app.state.library
    return library


def catalog_of(run: str, library: Annotated[Library, Depends(library_of)]) -> Catalog:
    """The run named in the path."""
    return library.catalog(run)


Runs = Annotated[Library, Depends(library_of)]
OfRun = Annotated[Catalog, Depends(catalog_of)]


@router.get("/health", operation_id="health", response_model=wire.Health)
def health() -> dict[str, bool]:
    """The server is up; nothing else is said without a session."""
    return {"ok": True}


@router.get("/session", operation_id="session", response_model=wire.Session)
def session(library: Runs) -> dict[str, Any]:
    """The project and its runs."""
    entries = [asdict(entry) for entry in library.entries()]
    return {"project": library.project, "version": version(DISTRIBUTION), "runs": entries}


@router.post("/logout", operation_id="logout", response_model=wire.Health)
def logout(request: Request) -> dict[str, bool]:
    """End every session of this server; it prints a new address to open."""
    request.app.state.access.renew()
    return {"ok": True}


@router.get("/runs/{run}", operation_id="run", response_model=wire.Run)
def run_info(catalog: OfRun) -> dict[str, Any]:
    """What the run is, and the columns and functions its filters may use."""
    return catalog.info()


@router.get("/runs/{run}/summary", operation_id="summary", response_model=wire.Summary)
def summary(
    catalog: OfRun,
    split: Split = None,
    where: Where = "",
    facets: Names = "gold,pred,error_type",
    histogram: Annotated[str, Query(max_length=200, description="A number column; empty = none")] = "dep",
    convention: Annotated[str, Query(max_length=20, description="Of span evaluation; empty = the run's own")] = "",
) -> dict[str, Any]:
    """All that a change of the filter needs: counts, metrics with intervals, tiles, facets, confusion, histogram."""
    return catalog.summary(split=split, where=where, facets=facets, histogram=histogram, convention=convention)


@router.get("/runs/{run}/rows", operation_id="rows", response_model=wire.Rows)
def rows(
    catalog: OfRun,
    split: Split = None,
    where: Where = "",
    sort: Annotated[
        str, Query(max_length=2000, description="Column names, '-' before a descending one; or random")
    ] = "",
    mode: Annotated[wire.RowMode, Query(description="One row per sample, or per selected unit")] = "samples",
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    seed: Annotated[int, Query(ge=0, lt=2**31, description="Of the random order")] = 0,
) -> dict[str, Any]:
    """One page of samples or units in a stable order."""
    return catalog.rows(split=split, where=where, sort=sort, mode=mode, offset=offset, limit=limit, seed=seed)


@router.get("/runs/{run}/samples/{sample_id:path}", operation_id="sample", response_model=wire.SampleDetail)
def sample(catalog: OfRun, sample_id: str, where: Where = "") -> dict[str, Any]:
    """One sample with its token or class table and the label issues found in it."""
    return catalog.sample(sample_id, where=where)


@router.get("/runs/{run}/complete", operation_id="complete", response_model=wire.Completion)
def complete(
    catalog: OfRun,
    column: Annotated[str, Query(max_length=200)],
    prefix: Annotated[str, Query(max_length=200)] = "",
    split: Split = None,
) -> dict[str, Any]:
    """The commonest values of a column that begin with (else contain) the prefix, case ignored."""
    return catalog.complete(column=column, prefix=prefix, split=split)


@router.get(
    "/runs/{run}/export",
    operation_id="export",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file, as an attachment"}},
)
def export(
    catalog: OfRun,
    format: Annotated[wire.ExportFormat, Query(description="csv and jsonl: units; conll: samples")] = "jsonl",
    split: Split = None,
    where: Where = "",
) -> Response:
    """The selected units (csv, jsonl) or samples (conll) as a file."""
    made = catalog.export(format=format, split=split, where=where)
    return StreamingResponse(
        made.parts,
        media_type=made.media_type,
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )


_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "Typed arrays; see errata.query.points"}
}


@router.get("/runs/{run}/points", operation_id="points", response_class=Response, responses=_BYTES)
def points(
    catalog: OfRun,
    columns: Names = "",
    places: Annotated[bool, Query(description="With x and y; without them only the columns")] = True,
) -> Response:
    """The map: place and columns of every unit of the run, as typed arrays."""
    return Response(catalog.points(columns=columns, places=places), media_type="application/octet-stream")


@router.get("/runs/{run}/mask", operation_id="mask", response_class=Response, responses=_BYTES)
def mask(catalog: OfRun, split: Split = None, where: Where = "") -> Response:
    """Which units of the run a filter selects: a bit each, the first in the lowest bit of the first byte."""
    return Response(catalog.mask(split=split, where=where), media_type="application/octet-stream")


@router.get("/runs/{run}/units", operation_id="map_units", response_model=wire.MapUnits)
def map_units(
    catalog: OfRun,
    positions: Annotated[str, Query(max_length=1000, description="Of units on the map, separated by commas")] = "",
) -> dict[str, Any]:
    """What a few units of the map say."""
    return catalog.units_at(positions)


def openapi() -> dict[str, Any]:
    """The OpenAPI description of the routes."""
    app = FastAPI(title="Errata", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router)
    return app.openapi()
