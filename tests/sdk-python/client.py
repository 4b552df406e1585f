"""What a script that knows nothing but requests does with Sluice. Prints the failures and a last line "N passed, N failed"."""

import json
import os
import struct
import sys
import time

import requests

BASE = os.environ["SLUICE_BASE_URL"]
KEY = os.environ["SLUICE_TEST_KEY"]
MANAGEMENT = os.environ["SLUICE_MANAGEMENT_TOKEN"]
MESSAGES = [{"role": "user", "content": "What is a sluice?"}]
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def post(path, body, key=KEY, **more):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers.update(more.pop("headers", {}))
    return requests.post(f"{BASE}{path}", json=body, headers=headers, timeout=120, **more)


def create_key(**body):
    answer = post("/api/v1/keys", {"name": "made by a script", "kind": "production", **body}, key=MANAGEMENT)
    answer.raise_for_status()
    return answer.json()


def error_of(response, status, code):
    assert response.status_code == status, (response.status_code, response.text)
    error = response.json()["error"]
    assert error["code"] == code, error
    assert set(error) >= {"message", "type", "param", "code", "request_id"}, error
    assert response.headers["x-request-id"] == error["request_id"]
    return error


def events(response):
    """The data of each event; comments and blank lines are skipped."""
    for line in response.iter_lines(decode_unicode=True):
        if line.startswith("data: "):
            yield line[len("data: "):]


@test
def a_chat_is_answered():
    response = post("/v1/chat/completions", {"model": "deepseek-chat", "messages": MESSAGES})
    response.raise_for_status()
    answer = response.json()
    assert "What is a sluice?" in answer["choices"][0]["message"]["content"]
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]
    assert response.headers["x-sluice-upstream"] == "sandbox"


@test
def a_chat_is_answered_without_v1():
    post("/chat/completions", {"model": "deepseek-chat", "messages": MESSAGES}).raise_for_status()


@test
def a_stream_is_read_line_by_line():
    body = {"model": "deepseek-chat", "messages": MESSAGES}
    whole = post("/v1/chat/completions", body).json()
    with post("/v1/chat/completions", {**body, "stream": True}, stream=True) as response:
        response.raise_for_status()
        assert response.headers["content-type"].startswith("text/event-stream")
        response.encoding = "utf-8"
        seen = list(events(response))
    assert seen[-1] == "[DONE]", seen[-1]
    chunks = [json.loads(data) for data in seen[:-1]]
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
    assert text == whole["choices"][0]["message"]["content"]


@test
def a_stream_that_breaks_off_ends_with_an_error_event():
    with post("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": MESSAGES, "stream": True},
              headers={"x-sluice-sandbox": "cut-after=3"}, stream=True) as response:
        response.raise_for_status()
        seen = list(events(response))
    assert seen[-1] != "[DONE]"
    assert json.loads(seen[-1])["error"]["code"] == "upstream_truncated", seen[-1]


@test
def a_picture_is_fetched_from_its_link():
    response = post("/v1/images/generations", {"model": "gpt-image-1", "prompt": "A sluice in the fog", "n": 1, "size": "1024x1024", "response_format": "url"})
    response.raise_for_status()
    picture = requests.get(response.json()["data"][0]["url"], timeout=60)
    picture.raise_for_status()
    assert picture.headers["content-type"] == "image/png"
    assert picture.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture.content[16:24]) == (1024, 1024)


@test
def a_vector_is_made():
    response = post("/v1/embeddings", {"model": "text-embedding-3-small", "input": "one", "dimensions": 8})
    response.raise_for_status()
    assert len(response.json()["data"][0]["embedding"]) == 8


@test
def the_models_and_the_balance_are_told():
    headers = {"Authorization": f"Bearer {KEY}"}
    models = requests.get(f"{BASE}/v1/models", headers=headers, timeout=60).json()
    assert "deepseek-chat" in [model["id"] for model in models["data"]]
    assert requests.get(f"{BASE}/user/balance", headers=headers, timeout=60).json()["is_available"] is True


@test
def a_missing_key_is_refused():
    error_of(post("/v1/chat/completions", {"model": "deepseek-chat", "messages": MESSAGES}, key=None), 401, "missing_api_key")


@test
def a_mistyped_key_is_refused():
    typo = KEY[:-1] + ("b" if KEY[-1] == "a" else "a")
    error_of(post("/v1/chat/completions", {"model": "deepseek-chat", "messages": MESSAGES}, key=typo), 401, "invalid_api_key")


@test
def a_revoked_key_is_refused():
    made = create_key()
    post(f"/api/v1/keys/{made['id']}/revoke", None, key=MANAGEMENT).raise_for_status()
    error_of(post("/v1/chat/completions", {"model": "deepseek-chat", "messages": MESSAGES}, key=made["key"]), 401, "revoked_api_key")


@test
def an_unknown_model_is_not_found():
    error_of(post("/v1/chat/completions", {"model": "no-such-model", "messages": MESSAGES}), 404, "model_not_found")


@test
def a_bad_parameter_is_named():
    error = error_of(post("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": MESSAGES, "temperature": 3}), 400, "invalid_value")
    assert error["param"] == "temperature", error


@test
def broken_json_is_refused():
    response = requests.post(f"{BASE}/v1/chat/completions", data=b'{"model":', timeout=60,
                             headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"})
    error_of(response, 400, "invalid_json")


@test
def an_address_that_is_not_on_the_list_is_refused():
    made = create_key(allowedNetworks=["192.0.2.0/24"])
    error_of(post("/v1/chat/completions", {"model": "deepseek-chat", "messages": MESSAGES}, key=made["key"]), 403, "ip_not_allowed")


@test
def a_rate_limit_says_when_to_come_back():
    made = create_key(limits={"requestsPerMinute": 1})
    body = {"model": "deepseek-chat", "messages": MESSAGES}
    post("/v1/chat/completions", body, key=made["key"]).raise_for_status()
    response = post("/v1/chat/completions", body, key=made["key"])
    error_of(response, 429, "rate_limit_exceeded")
    assert 1 <= int(response.headers["retry-after"]) <= 61, response.headers["retry-after"]


@test
def a_quota_is_told_apart_from_a_rate_limit():
    made = create_key(kind="test", limits={"callsPerDay": 1})
    body = {"model": "deepseek-chat", "messages": MESSAGES}
    post("/v1/chat/completions", body, key=made["key"]).raise_for_status()
    response = post("/v1/chat/completions", body, key=made["key"])
    error_of(response, 429, "insufficient_quota")
    assert response.headers["x-should-retry"] == "false"


def main():
    failed = 0
    for function in TESTS:
        name = function.__name__.replace("_", " ")
        started = time.monotonic()
        try:
            function()
            print(f"ok    {name} ({time.monotonic() - started:.1f} s)")
        except Exception as error:  # any exception is a failed test, and the others still run
            failed += 1
            print(f"FAIL  {name}: {type(error).__name__}: {error}")
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
