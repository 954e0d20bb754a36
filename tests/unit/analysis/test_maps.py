"""The map against scikit-learn's principal components."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from errata.analysis.maps import fit_projection, project


def vectors(n: int = 500, d: int = 12) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(n, d)) * np.linspace(3, 0.5, d) + rng.normal(size=d)).astype(np.float32)


def test_equals_principal_components_up_to_sign() -> None:
    points = vectors()
    places = project(fit_projection(points), points)
    expected = PCA(2, svd_solver="full").fit_transform(points.astype(np.float64))
    np.testing.assert_allclose(np.abs(places), np.abs(expected), atol=1e-4)
    assert places.dtype == np.float32


def test_the_sign_is_fixed() -> None:
    axes = fit_projection(vectors()).axes
    assert (axes[np.abs(axes).argmax(axis=0), [0, 1]] > 0).all()


def test_undefined_rows_have_no_place_and_no_influence() -> None:
    points = vectors()
    holed = np.insert(points, 3, np.nan, axis=0)
    places = project(fit_projection(holed), holed)
    assert np.isnan(places[3]).all()
    np.testing.assert_allclose(np.delete(places, 3, axis=0), project(fit_projection(points), points), atol=1e-5)


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (5, 1), (3, 2)])
def test_too_few_points_or_axes(shape: tuple[int, int]) -> None:
    points = vectors(*shape)
    places = project(fit_projection(points), points)
    assert places.shape == (shape[0], 2)
    assert np.isfinite(places).all()


def test_fitted_on_a_capped_sample() -> None:
    points = vectors(2000)
    full, capped = fit_projection(points), fit_projection(points, points=500)
    assert not np.array_equal(full.axes, capped.axes)
    assert np.abs((full.axes * capped.axes).sum(axis=0)) == pytest.approx([1, 1], abs=0.2)
