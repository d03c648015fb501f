"""A chat-completions server on loopback that misbehaves exactly as told.

Each request consumes one word of the script; when it is used up the server is
well-behaved: it answers by the schema that it was given.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "sk-planted-0123456789abcdef"
WORDS = [
    *("water", "train", "lemon", "window", "garden", "ticket", "paper", "river"),
    *("piano", "candle", "basket", "morning", "button", "ladder", "pepper"),
    *("harbor", "blanket", "mirror", "tunnel", "rocket"),
]


def digest(body):
    """What stands for a request, the same in each try of it."""
    return hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()


def shape_of(body):
    """The JSON Schema that a request brings, handed over or in words."""
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        return form["json_schema"]["schema"]
    text = body["messages"][-1]["content"]
    return json.loads(text.partition("by this schema:\n")[2])


def asked_for(body):
    """How many messages a request asks for: not every schema may say it."""
    said = " ".join(each["content"] or "" for each in body["messages"])
    return int(re.search(r"exactly (\d+)", said)[1])


def batch(body, count=None, sender=None, text=None):
    """A good answer to a request, but for what is given."""
    messages = shape_of(body)["properties"]["messages"]
    ids = messages["items"]["properties"]["sender"]["enum"]
    count = asked_for(body) if count is None else count
    seed = digest(body)
    lines = []
    for number in range(count):
        draw = hashlib.sha256(f"{seed}:{number}".encode()).digest()
        words = " ".join(WORDS[byte % len(WORDS)] for byte in draw[:5])
        lines.append(
            {
                "sender": sender or ids[draw[5] % len(ids)],
                "text": text or f"{words} {seed[:6]} {number}",
                "new_topic": draw[6] < 20,
                "tapback": "loved" if draw[7] < 25 else None,
            }
        )
    return json.dumps({"messages": lines}, ensure_ascii=False)


def person(body):
    """A good answer to a request for a persona: a name for each request."""
    number = int(digest(body)[:6], 16)
    name = f"{WORDS[number % 20].title()} {WORDS[number // 20 % 20].title()}"
    return json.dumps(
        {
            "name": name,
            "personality": "Counts clouds, and tells everybody.",
            "writing_style": "lowercase, no commas",
            "communication_frequency": "high",
            "typical_response_time": "instant",
            "emoji_usage": "none",
            "vocabulary_level": "simple",
            "topics_of_interest": ["clouds", "numbers"],
        }
    )


def wild(body):
    """A person whose every text would do something to a terminal or a table."""
    text = "\x1b[2J\x07\u202e\x9b'); DROP TABLE personas; --"
    answer = {**json.loads(person(body)), "name": f"Zoe {text}"}
    answer |= {"personality": text, "writing_style": f"{text}\n{text}"}
    return json.dumps({**answer, "topics_of_interest": [f"a\nb {text}", " ", "rain"]})


def good(body):
    """A good answer to whatever is asked for."""
    is_batch = "messages" in shape_of(body)["properties"]
    return batch(body) if is_batch else person(body)


def completion(content, finish="stop", **more):
    message = {"role": "assistant", "content": content, **more}
    choice = {"index": 0, "finish_reason": finish, "message": message}
    usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
    return {"id": "x", "model": "fake-1", "choices": [choice], "usage": usage}


def error(message, code=None, kind=None, param=None):
    inner = {"message": message, "code": code, "type": kind, "param": param}
    return {"error": inner}


def twice(body):
    lines = json.loads(batch(body))["messages"]
    for line in lines[1:]:
        line["text"] = lines[0]["text"]
    return json.dumps({"messages": lines})


def with_key(handler):
    return handler.headers.get("authorization", "").removeprefix("Bearer ")


# Name → what is answered to a request: (status, headers, body).
FAULTS = {
    "429": lambda h, b: (429, {}, error("slow down", "rate_limit_exceeded")),
    "429-after": lambda h, b: (429, {"retry-after": "0.2"}, error("slow down")),
    "429-long": lambda h, b: (429, {"retry-after": "3600"}, error("tomorrow")),
    "quota": lambda h, b: (
        429,
        {},
        error("You exceeded your current quota", "insufficient_quota"),
    ),
    "500": lambda h, b: (500, {}, error("oops")),
    "503": lambda h, b: (503, {}, error("Loading model")),
    "401": lambda h, b: (401, {}, error(f"Incorrect key {with_key(h)}", "bad_key")),
    "401-headers": lambda h, b: (401, {}, error(f"Refused: {dict(h.headers)}")),
    "404": lambda h, b: (404, {}, error("no such model", "model_not_found")),
    "400": lambda h, b: (400, {}, error("the prompt is not nice", "bad_request")),
    "400-plain": lambda h, b: (400, {"content-type": "text/plain"}, "too many words"),
    "400-text": lambda h, b: (400, {}, '{"error": "too many words"}'),
    "error-in-200": lambda h, b: (200, {}, error("overloaded", "overloaded_error")),
    "html": lambda h, b: (200, {"content-type": "text/html"}, "<html>Log in</html>"),
    "no-json": lambda h, b: (200, {}, '{"id": "x", "choices": [{"mess'),
    "a-list": lambda h, b: (200, {}, "[1, 2]"),
    "fenced": lambda h, b: (200, {}, completion(f"```json\n{good(b)}\n```")),
    "think": lambda h, b: (
        200,
        {},
        completion(f"<think>They {{like}} it</think>\n{good(b)}"),
    ),
    "chatty": lambda h, b: (
        200,
        {},
        completion(f"Sure [a list]! Here: {batch(b)} Enjoy!"),
    ),
    "truncated": lambda h, b: (200, {}, completion(good(b)[:200])),
    "length": lambda h, b: (200, {}, completion(batch(b)[:200], "length")),
    "filter": lambda h, b: (200, {}, completion("", "content_filter")),
    "refusal": lambda h, b: (
        200,
        {},
        completion(None, refusal="I \x1b[31mwill not"),
    ),
    "empty": lambda h, b: (200, {}, completion("")),
    "null": lambda h, b: (200, {}, completion(None)),
    "no-choices": lambda h, b: (200, {}, {"choices": [], "model": "fake-1"}),
    "odd-choices": lambda h, b: (200, {}, {"choices": "many", "usage": [1]}),
    "few": lambda h, b: (200, {}, completion(batch(b, count=3))),
    "most": lambda h, b: (200, {}, completion(batch(b, count=15))),
    "many": lambda h, b: (200, {}, completion(batch(b, count=70))),
    "stranger": lambda h, b: (200, {}, completion(batch(b, sender="Elvis"))),
    "twice": lambda h, b: (200, {}, completion(twice(b))),
    "long-text": lambda h, b: (200, {}, completion(batch(b, text="word " * 900))),
    "controls": lambda h, b: (
        200,
        {},
        completion(
            batch(b).replace(WORDS[0], "\\u001b[2J\\u0007\\u202e\\ufffc\\ud800'); --")
        ),
    ),
    "bad-person": lambda h, b: (200, {}, completion('{"name": "Zoe"}')),
    "wild-person": lambda h, b: (200, {}, completion(wild(b))),
    "no-usage": lambda h, b: (200, {}, {**completion(batch(b)), "usage": None}),
    "deep": lambda h, b: (200, {}, completion("[" * 100_000)),
    "digits": lambda h, b: (200, {}, completion('{"messages": [' + "9" * 9999 + "]}")),
    "same-key": lambda h, b: (200, {}, completion('{"a": [], "a": []}')),
    "huge": lambda h, b: (200, {}, completion("x" * (9 << 20))),
}


class Server:
    """A running server; use as a context manager.

    Attributes:
        bodies: every request, in order.
        paid: digests of the requests that were answered in full.
        refuses: predicates that turn a request into a 400 with a text.
    """

    def __init__(self, *script, delay=0.0):
        self.script = list(script)
        self.delay = delay
        self.bodies = []
        self.paid = []
        self.refuses = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,))

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def asked(self, body):
        """A request as the tests know it."""
        return body

    def answered(self, status, answer):
        """An answer as clients know it."""
        return answer

    def answer(self, handler):
        length = int(handler.headers["content-length"])
        body = self.asked(json.loads(handler.rfile.read(length)))
        with self._lock:
            self.bodies.append(body)
            word = self.script.pop(0) if self.script else "ok"
        for name, text, status in self.refuses:
            if name(body):
                return self._send(handler, status, {}, error(text))
        if word == "slow":
            self._stop.wait(30)
            return None
        if word == "drip":
            return self._drip(handler)
        if word == "cut":
            return self._cut(handler)
        self._stop.wait(self.delay)
        if word == "ok":
            status, headers, answer = 200, {}, completion(good(body))
        else:
            status, headers, answer = FAULTS[word](handler, body)
        if status == 200:
            with self._lock:
                self.paid.append(digest(body))
        return self._send(handler, status, headers, answer)

    def _send(self, handler, status, headers, answer):
        answer = self.answered(status, answer)
        data = answer if isinstance(answer, str) else json.dumps(answer)
        raw = data.encode("utf-8", "surrogatepass")
        handler.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(raw)))
        handler.end_headers()
        with suppress(OSError):  # whoever asked was killed
            handler.wfile.write(raw)

    def _drip(self, handler):
        """A byte now and then: each read succeeds, the whole never does."""
        handler.send_response(200)
        handler.end_headers()
        end = time.monotonic() + 20
        with suppress(OSError):
            while time.monotonic() < end and not self._stop.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()

    def _cut(self, handler):
        """Half an answer, then the line is dead."""
        handler.send_response(200)
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices": ')


class AnthropicServer(Server):
    """The same faults, in the words of Anthropic's API."""

    @property
    def url(self):
        return super().url.removesuffix("/v1")

    def asked(self, body):
        schema = body.get("output_config", {}).get("format", {}).get("schema")
        said = [{"role": "system", "content": body.get("system")}, *body["messages"]]
        if not schema:
            return {**body, "messages": said}
        shape = {"type": "json_schema", "json_schema": {"schema": schema}}
        return {**body, "messages": said, "response_format": shape}

    def answered(self, status, answer):
        if status != 200 and isinstance(answer, dict):
            inner = answer["error"]
            kind = inner["code"] or "api_error"
            return {"type": "error", "error": {**inner, "type": kind}}
        if not isinstance(answer, dict) or not answer.get("choices"):
            return answer
        choice = answer["choices"][0]
        if isinstance(choice, str):
            return {"content": answer["choices"]}
        return message(choice, answer["model"], answer["usage"])


_STOPS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def message(choice, model, usage):
    """A completion's choice as a message of Anthropic's."""
    said = choice["message"]
    text = said["content"] or said.get("refusal")
    stop = "refusal" if said.get("refusal") else _STOPS[choice["finish_reason"]]
    made = {"type": "message", "role": "assistant", "model": model}
    counts = usage and {
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
    }
    content = [{"type": "text", "text": text}] if text is not None else []
    return {**made, "content": content, "stop_reason": stop, "usage": counts}
