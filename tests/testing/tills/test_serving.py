"""A till over real HTTP is the same till, and what was asked of it stands in a log."""

import pytest

from regulars import errors
from regulars.sources.http import Http, Request, Response
from regulars.sources.transport import Network
from regulars.testing.tills.serving import Serving


class Echo:
    """Answers with what it was asked; some paths fail."""

    def send(self, request: Request) -> Response:
        path = request.url.split("/", 3)[3]
        if path == "gone":
            raise errors.Retriable("Gone")
        if path == "short":
            return Response(200, {"content-length": "9"}, b"half")
        headers = {"x-asked-with": request.headers.get("x-mine", "-"), "content-type": "text/plain"}
        return Response(201, headers, f"{request.method} /{path} ".encode() + (request.body or b""))


def test_a_request_arrives_whole_and_its_answer_too() -> None:
    """Method, path, query, headers and body arrive; status, headers and body come back."""
    network = Network(seconds=5)
    with Serving(Echo()) as server:
        answer = network.send(Request("PUT", f"{server.url}/a/b?c=d", {"X-Mine": "7"}, b"body"))
        again = network.send(Request("DELETE", f"{server.url}/e"))
    network.close()

    assert (answer.status, answer.body) == (201, b"PUT /a/b?c=d body")
    assert answer.headers["x-asked-with"] == "7"
    assert again.body == b"DELETE /e "


def test_the_log_tells_what_was_asked_and_no_content() -> None:
    """The same question has the same digest, another has another; neither query nor body is in it."""
    network = Network(seconds=5)
    times = iter((10.0, 20.0, 30.0))
    with Serving(Echo(), now=lambda: next(times)) as server:
        http = Http(network, base=server.url)
        for name in ("ada", "ada", "grace"):
            http.get("/people", {"name": name})
    network.close()

    assert server.count == 3
    assert [(seen.at, seen.method, seen.path, seen.status) for seen in server.log] == [
        (10.0, "GET", "/people", 201),
        (20.0, "GET", "/people", 201),
        (30.0, "GET", "/people", 201),
    ]
    first, second, third = (seen.question for seen in server.log)
    assert first == second != third
    assert "ada" not in repr(server.log)


@pytest.mark.parametrize("path", ["gone", "short"])
def test_what_breaks_off_is_an_error_of_the_network(path: str) -> None:
    """A cut connection and a body shorter than promised are Retriable for whoever asks; the next one is answered."""
    network = Network(seconds=5)
    with Serving(Echo()) as server:
        with pytest.raises(errors.Retriable):
            network.send(Request("GET", f"{server.url}/{path}"))
        assert network.send(Request("GET", f"{server.url}/well")).status == 201
    network.close()
