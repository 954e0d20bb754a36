"""Neighbours and centroids on points whose neighbours are known."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis import detectors_vectors as vectors


def two_clouds(seed: int = 0, n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = np.repeat([0, 1], n // 2)
    centres = np.array([[5.0, 0, 0], [0, 5.0, 0]])
    return (centres[label] + rng.normal(size=(n, 3))).astype(np.float32), label


@pytest.mark.parametrize("detect", [vectors.neighbours, vectors.centroid])
def test_a_label_in_the_wrong_cloud_stands_out(detect) -> None:
    points, label = two_clouds()
    label[3] = 1
    assert detect(points, label).argmax() == 3


def test_neighbours_by_hand() -> None:
    points = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    near, far = 0.8, 0.6  # cosines of the middle point with the first and the last
    found = vectors.neighbours(points, np.array([0, 0, 1]), k=2)
    assert found == pytest.approx([0.0, far / (near + far), 1.0], abs=1e-5)


def test_blocks_and_capped_references_change_little(monkeypatch: pytest.MonkeyPatch) -> None:
    points, label = two_clouds(n=200)
    whole = vectors.neighbours(points, label)
    monkeypatch.setattr(vectors, "_BLOCK_CELLS", 1000)
    np.testing.assert_array_equal(vectors.neighbours(points, label), whole)
    monkeypatch.setattr(vectors, "REFERENCES", 100)
    assert np.abs(vectors.neighbours(points, label) - whole).max() < 0.5


def test_the_own_vector_is_left_out_of_its_centroid() -> None:
    points = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    found = vectors.centroid(points, np.array([0, 1, 1]))
    assert found[0] == pytest.approx(0.0)  # alone: similarity 0 to its own centroid, 0 to the other
    assert found[1] == pytest.approx(-1.0)


def test_degenerate_vectors() -> None:
    assert vectors.neighbours(np.ones((1, 2)), np.array([0])).tolist() == [0]
    assert vectors.centroid(np.ones((3, 2)), np.zeros(3, int)).tolist() == [0, 0, 0]
    broken = np.full((4, 2), np.nan)
    assert np.isfinite(vectors.neighbours(broken, np.array([0, 1, 0, 1]))).all()
