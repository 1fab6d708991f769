import pytest

from assignment.cluster.images import ImagesMissing, describe_images, find_images, read_images, store_images
from assignment.data.sources import FASHION_MNIST
from assignment.errors import AssignmentError


@pytest.fixture
def data_folder(tmp_path):
    """A folder with the names of the four files; nobody reads their contents here."""
    folder = tmp_path / "data" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name, _ in FASHION_MNIST.files:
        (folder / f"{name}.gz").write_bytes(name.encode())
    return folder.parent


def test_a_worker_that_shares_the_folder_uses_it(data_folder, tmp_path):
    assert find_images(describe_images(FASHION_MNIST, data_folder), tmp_path) == data_folder


def test_a_worker_without_the_folder_gets_a_copy_once(data_folder, tmp_path):
    images = describe_images(FASHION_MNIST, data_folder)
    contents = read_images(images)
    data_folder.rename(tmp_path / "elsewhere")
    with pytest.raises(ImagesMissing):
        find_images(images, tmp_path / "scratch")
    store_images(images, contents, str(tmp_path / "scratch"))
    found = find_images(images, tmp_path / "scratch")
    assert (found / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").read_bytes() == b"t10k-labels-idx1-ubyte"


def test_a_folder_with_another_content_is_not_used(data_folder, tmp_path):
    images = describe_images(FASHION_MNIST, data_folder)
    (data_folder / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"other")
    with pytest.raises(ImagesMissing):
        find_images(images, tmp_path)


def test_a_folder_without_the_images_is_refused(tmp_path):
    with pytest.raises(AssignmentError, match="no files of Fashion-MNIST"):
        describe_images(FASHION_MNIST, tmp_path)
