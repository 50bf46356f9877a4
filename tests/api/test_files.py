"""The file store as stations and strangers meet it: a token is a right, and nothing else is."""

import asyncio
import logging
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio

from tests.api.stage import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTHING = (404, b"not found\n")
TOO_LARGE = (3 << 20) + 1


@pytest_asyncio.fixture(loop_scope="session")
async def image(api):
    """An image here."""
    answer = await api.post("/api/v1/firmware", params={"name": "fw.bin"}, content=b"0123456789")
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def path_of(api, name, station):
    """The path that the station is told when asked for something."""

    async def ask(what, **body):
        answer = await api.post(f"/api/v1/stations/{name}/{what}", json=body)
        assert answer.status_code == 202, answer.text
        call, frame = await station.asked()
        await station.reply(call, {})
        return urlsplit(orjson.loads(frame)[3]["location"]).path

    return ask


@pytest_asyncio.fixture(loop_scope="session")
async def down(path_of, image):
    """Where the image is downloaded."""
    return await path_of("firmware-updates", firmware_id=image["id"])


@pytest_asyncio.fixture(loop_scope="session")
async def up(path_of):
    """Where diagnostics are uploaded, with a / at its end."""
    return await path_of("diagnostics")


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(installation):
    """Somebody without bearer token."""
    async with installation.client("") as client:
        yield client


@pytest.fixture
def brought(api, name):
    """The files of the station, the oldest first: name and content."""

    async def read():
        page = (await api.get("/api/v1/diagnostics", params={"station": name})).json()
        return [
            (file["name"], (await api.get(f"/api/v1/diagnostics/{file['id']}")).content)
            for file in reversed(page["items"])
        ]

    return read


@pytest.fixture
def on_disk(tmp_path_factory):
    """What the installation keeps, whole or not."""

    def look():
        folders = tmp_path_factory.getbasetemp().glob("data*/files")
        paths = {path.resolve() for folder in folders for path in folder.rglob("*")}
        return {path for path in paths if path.is_file()}

    return look


async def chunks(count, size=1 << 16):
    for _ in range(count):
        yield b"x" * size


# --- download ---


async def test_an_image_is_downloaded_without_bearer_token(stranger, down, image):
    answer = await stranger.get(down)
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["etag"] == f'"{image["sha256"]}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert "attachment" in answer.headers["content-disposition"]


async def test_its_size_can_be_asked_before(stranger, down):
    answer = await stranger.head(down)
    assert (answer.status_code, answer.headers["content-length"]) == (200, "10")
    assert answer.content == b""


async def test_a_range_says_nothing_when_the_size_is_asked(stranger, down):
    answer = await stranger.head(down, headers={"Range": "bytes=2-3"})
    assert (answer.status_code, answer.headers["content-length"]) == (200, "10")
    assert "content-range" not in answer.headers


@pytest.mark.parametrize(
    ("header", "content", "where"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
    ],
)
async def test_a_broken_download_is_taken_up_again(stranger, down, header, content, where):
    answer = await stranger.get(down, headers={"Range": header})
    assert (answer.status_code, answer.content) == (206, content)
    assert answer.headers["content-range"] == where


async def test_a_range_past_the_end_is_told_so(stranger, down):
    answer = await stranger.get(down, headers={"Range": "bytes=10-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */10")


async def test_the_rest_of_another_version_is_not_given(stranger, down, image):
    other = {"Range": "bytes=5-", "If-Range": '"another"'}
    assert (await stranger.get(down, headers=other)).content == b"0123456789"
    same = {"Range": "bytes=5-", "If-Range": f'"{image["sha256"]}"'}
    assert (await stranger.get(down, headers=same)).content == b"56789"


async def test_what_is_known_already_is_not_sent(stranger, down, image):
    known = {"If-None-Match": f'"{image["sha256"]}"'}
    assert (await stranger.get(down, headers=known)).status_code == 304


async def test_a_removed_image_is_gone_for_stations_too(api, stranger, down, image, on_disk):
    before = on_disk()
    assert (await api.delete(f"/api/v1/firmware/{image['id']}")).status_code == 204
    answer = await stranger.get(down)
    assert (answer.status_code, answer.content) == NOTHING
    assert {path.name for path in before - on_disk()} == {image["id"]}
    assert (await api.get(f"/api/v1/firmware/{image['id']}")).status_code == 404
    assert (await api.delete(f"/api/v1/firmware/{image['id']}")).status_code == 404


# --- what is no right ---


async def test_whatever_is_wrong_with_a_path_is_answered_alike(stranger, down, up, image):
    token = down.split("/")[2]
    wrong = [
        "/files/",
        "/files/x/fw.bin",
        f"/files/{token[:-1]}/fw.bin",
        f"/files/{token.swapcase()}/fw.bin",
        f"/files/all-{token}/fw.bin",
        f"/files/{token}/CP-other/fw.bin",
        f"/files/{token}/a/b/c",
        f"/files/{token}%2F..%2F..%2Fetc/passwd",
        f"/files/%00{token}/fw.bin",
        f"/files/%FF/{token}",
        f"/files/{image['id']}",
        f"/files/{image['sha256']}/fw.bin",
        f"{up}log.txt",
    ]
    for path in wrong:
        answer = await stranger.get(path)
        assert (answer.status_code, answer.content) == NOTHING, path


async def test_the_right_to_fetch_is_no_right_to_bring(stranger, down, up, on_disk):
    before = on_disk()
    for path in (down, down.rpartition("/")[0] + "/", "/files/x/log.txt", "/files/"):
        for send in (stranger.put, stranger.post):
            answer = await send(path, content=b"x")
            assert (answer.status_code, answer.content) == NOTHING, path
    assert on_disk() == before
    assert (await stranger.delete(up)).status_code == 405


async def test_the_rest_of_the_path_leads_nowhere(stranger, down):
    token = down.split("/")[2]
    for rest in ("..%2F..%2Flog.db", "%2e%2e", "anything", ""):
        answer = await stranger.get(f"/files/{token}/{rest}")
        assert (answer.status_code, answer.content) == (200, b"0123456789")


async def test_a_token_is_in_no_log(stranger, down, up, caplog):
    with caplog.at_level(logging.DEBUG, logger="ampledger"):
        await stranger.get(down)
        await stranger.put(f"{up}log.txt", content=b"x")
    paths = {getattr(record, "path", "") for record in caplog.records}
    assert "/files/***" in paths
    told = [str(vars(record)) for record in caplog.records if record.name.startswith("ampledger")]
    assert not any(path.split("/")[2] in text for path in (down, up) for text in told)


# --- upload ---


async def test_a_file_may_come_as_a_body_in_chunks_or_in_a_form(stranger, up, name, brought):
    form = {"upload": ("C:\\logs\\form.txt", b"form")}
    answers = [
        await stranger.put(f"{up}body.txt", content=b"body"),
        await stranger.post(f"{up}post.txt", content=b"post"),
        await stranger.put(f"{up}{name}/whose.txt", content=b"whose"),
        await stranger.put(f"{up}chunks.txt", content=chunks(2, 3)),
        await stranger.post(up, files=form),
        await stranger.post(up.removesuffix("/"), files=form),
        await stranger.post(f"{up}given.txt", files=form),
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert await brought() == [
        ("body.txt", b"body"),
        ("post.txt", b"post"),
        ("whose.txt", b"whose"),
        ("chunks.txt", b"xxxxxx"),
        ("form.txt", b"form"),
        ("form.txt", b"form"),
        ("given.txt", b"form"),
    ]


async def test_the_directory_itself_takes_a_file(stranger, up, brought):
    assert (await stranger.put(up, content=b"nameless")).status_code == 201
    ((called, content),) = await brought()
    assert content == b"nameless"
    assert called.startswith("diagnostics-")


async def test_two_files_of_one_name_are_two_files(stranger, up, brought):
    await asyncio.gather(
        *(stranger.put(f"{up}log.txt", content=text) for text in (b"first", b"second"))
    )
    assert sorted(await brought()) == [("log.txt", b"first"), ("log.txt", b"second")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("%2e%2e", "diagnostics-"),
        (".bashrc", "bashrc"),
        ("a%5Cb.txt", "b.txt"),
        ("%E2%80%AEtxt.exe", "txt.exe"),
        ("x" * 300, "x" * 255),
    ],
)
async def test_a_name_is_for_people_only(stranger, up, brought, on_disk, given, kept):
    before = on_disk()
    assert (await stranger.put(f"{up}{given}", content=b"x")).status_code == 201
    ((called, _),) = await brought()
    assert called.startswith(kept)
    (path,) = on_disk() - before
    assert len(path.name) == 32
    assert path.parent.name == "files"


async def test_a_file_that_is_too_large_is_refused_and_not_kept(api, stranger, up, on_disk):
    before = on_disk()
    answers = [
        await stranger.put(f"{up}log.txt", content=b"x" * TOO_LARGE),
        await stranger.put(f"{up}log.txt", content=chunks(49)),
        await stranger.post(up, files={"file": ("log.txt", b"x" * TOO_LARGE)}),
        await api.post("/api/v1/firmware", params={"name": "fw"}, content=b"x" * TOO_LARGE),
    ]
    assert [answer.status_code for answer in answers] == [413] * 4
    assert on_disk() == before


async def test_an_image_may_be_larger_than_other_bodies(api):
    answer = await api.post("/api/v1/firmware", params={"name": "fw"}, content=chunks(32))
    assert (answer.status_code, answer.json()["size"]) == (201, 2 << 20)


@pytest.mark.parametrize("length", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
async def test_an_upload_that_breaks_off_leaves_nothing(installation, up, brought, on_disk, length):
    before = on_disk()
    where = urlsplit(installation.api)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"PUT %slog.txt HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % (up.encode(), length))
    writer.write(b"3E8\r\n" + b"x" * 100 if b"chunked" in length else b"x" * 100)
    await writer.drain()
    writer.close()
    await reader.read()

    async def check():
        return on_disk() == before

    await eventually(check)
    assert await brought() == []


async def test_a_form_that_breaks_off_is_refused(stranger, up, brought):
    form = {"Content-Type": "multipart/form-data; boundary=xyz"}
    half = b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nhalf'
    assert (await stranger.post(up, content=half, headers=form)).status_code == 400
    none = {"Content-Type": "multipart/form-data"}
    assert (await stranger.post(up, content=half, headers=none)).status_code == 400
    assert await brought() == []


async def test_a_station_brings_only_so_many_files(stranger, up, monkeypatch, brought):
    monkeypatch.setattr("commands.api.files._MOST_FILES", 2)
    codes = [(await stranger.put(f"{up}{n}", content=b"x")).status_code for n in range(3)]
    assert codes == [201, 201, 403]
    assert len(await brought()) == 2


async def test_a_station_that_was_removed_brings_nothing(api, stranger, up, name):
    await api.delete(f"/api/v1/stations/{name}")
    answer = await stranger.put(f"{up}log.txt", content=b"x")
    assert (answer.status_code, answer.content) == NOTHING


# --- many stations ---


async def test_a_campaign_tells_each_station_a_location_of_its_own(
    api, stranger, station, name, image
):
    wish = {"firmware": {"firmware_id": image["id"]}, "stations": [name]}
    assert (await api.post("/api/v1/campaigns", json=wish)).status_code == 202
    _, frame = await station.asked()
    path = urlsplit(orjson.loads(frame)[3]["location"]).path
    assert path.split("/")[2].startswith("all-")
    assert path.endswith(f"/{name}/fw.bin")
    assert (await stranger.get(path)).content == b"0123456789"
    assert (await stranger.put(path, content=b"x")).status_code == 404


async def test_many_stations_bring_files_to_one_location(api, stranger, station, name, brought):
    location = (await api.post("/api/v1/diagnostics/locations")).json()["location"]
    wish = {"action": "GetDiagnostics", "payload": {"location": location}, "stations": [name]}
    assert (await api.post("/api/v1/bulk-calls", json=wish)).status_code == 202
    _, frame = await station.asked()
    path = urlsplit(orjson.loads(frame)[3]["location"]).path
    assert path.endswith(f"/{name}/")
    assert (await stranger.put(f"{path}log.txt", content=b"log")).status_code == 201
    assert (await stranger.put(path.removesuffix("/"), content=b"bare")).status_code == 201
    assert [content for _, content in await brought()] == [b"log", b"bare"]


async def test_only_a_registered_station_brings_files_there(api, stranger, on_disk):
    location = (await api.post("/api/v1/diagnostics/locations")).json()["location"]
    before = on_disk()
    directory = urlsplit(location).path.replace("{station}/", "")
    for rest in ("NOBODY/log.txt", "NOBODY/", "log.txt", "", "/log.txt"):
        answer = await stranger.put(directory + rest, content=b"x")
        assert (answer.status_code, answer.content) == NOTHING, rest
    assert on_disk() == before


# --- images ---


async def test_images_are_listed_the_newest_first_in_pages(api):
    ids = [
        (await api.post("/api/v1/firmware", params={"name": "x"}, content=b"y")).json()["id"]
        for _ in range(3)
    ]
    first = (await api.get("/api/v1/firmware", params={"limit": 2})).json()
    second = (await api.get("/api/v1/firmware", params={"cursor": first["next"]})).json()
    items = first["items"] + second["items"]
    assert [file["id"] for file in items[:3]] == ids[::-1]


@pytest.mark.parametrize("name", ["", "..", "/", "%00"])
async def test_an_image_has_the_name_of_a_file(api, name):
    answer = await api.post(f"/api/v1/firmware?name={name}", content=b"x")
    assert answer.status_code == 422


async def test_only_operators_keep_images(api, installation, stranger):
    assert (await stranger.post("/api/v1/firmware?name=x", content=b"x")).status_code == 401
    user = {"name": f"v-{uuid4().hex[:6]}", "role": "viewer"}
    token = (await api.post("/api/v1/users", json=user)).json()["token"]
    async with installation.client(token) as viewer:
        assert (await viewer.post("/api/v1/firmware?name=x", content=b"x")).status_code == 403
        assert (await viewer.get("/api/v1/firmware")).status_code == 200
