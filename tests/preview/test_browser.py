"""The page in a real browser: it runs, it breaks no rule, it stays quick."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from html import unescape
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from browser import Open
from scratch_phones import START, Scratch, every_kind, write_phone
from test_page import HOSTILE

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.preview import Notes, write
from pytest_imessage_foundry.spec import Spec

pytestmark = pytest.mark.browser
Made = Callable[..., Scratch]


def rows(dom: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-index="(\d+)"', dom)]


def shown(dom: str) -> str:
    """The DOM without the data blocks and the script."""
    return re.sub(r"<script.*?</script>", "", dom, flags=re.DOTALL)


def test_a_broken_rule_would_be_noticed(browse: Open, tmp_path: Path) -> None:
    page = write(Scratch(tmp_path / "chat.db").path, tmp_path / "page.html")
    html = page.read_text("utf-8")
    page.write_text(html.replace("</body>", "<script>1</script></body>"), "utf-8")

    with pytest.raises(AssertionError, match="inline script violates"):
        browse(page)


CHATS = {"sonoma": 3, "tahoe": 4}  # that hold every kind


@pytest.mark.parametrize(
    ("release", "chat"),
    [(release, chat) for release, count in CHATS.items() for chat in range(count)],
)
def test_every_kind_is_drawn(
    browse: Open, tmp_path: Path, release: str, chat: int
) -> None:
    phone = every_kind(release)
    assert len(phone.chats) == CHATS[release]
    path = write_phone(tmp_path / "chat.db", phone)
    page = write(path, tmp_path / "page.html")

    dom = browse(page, f"#chat={chat}&details")

    assert 'data-ready="yes"' in dom
    assert rows(dom)


def test_words_of_a_chat_are_on_the_page(browse: Open, tmp_path: Path) -> None:
    phone = every_kind("tahoe")
    path = write_phone(tmp_path / "chat.db", phone)
    page = write(path, tmp_path / "page.html")

    dom = shown(browse(page, "#chat=3"))

    for words in (
        "Half past seven",
        "Six o'clock",
        "You unsent a message",
        "You unsent a part",
        "Sent with Confetti",
        "Green Wing Diner",
        "Not Delivered (error 22)",
        "Send Later: waiting to be sent",
        "I am running late",
        "file not beside the database",
        "not downloaded",
        "Read ",
    ):
        assert words in dom, words
    assert 'src="data:image/' in dom


def test_messages_in_no_chat_are_no_chat(browse: Open, tmp_path: Path) -> None:
    made = Scratch(tmp_path / "chat.db")
    made.add(text="in the chat")
    made.add(chat=99, text="in a chat that is gone")
    page = write(made.path, tmp_path / "page.html")

    dom = shown(browse(page))

    assert "1 chat, 2 messages, 1 of them in no chat" in dom
    assert "In no chat" in dom


def test_hostile_texts_are_shown_and_do_not_run(
    browse: Open, scratch: Made, tmp_path: Path
) -> None:
    made = scratch("subject TEXT", "group_title TEXT", "item_type INTEGER")
    first = ""
    for text in HOSTILE:
        stored = text.encode("utf-8", "surrogatepass")
        row: dict[str, Any] = dict.fromkeys(("text", "subject", "group_title"), stored)
        guid = made.add(**row)
        first = first or guid
        made.add(**row, item_type=2)
        made.attach(made.count, text.replace("\ud800", ""), "", "image/png")
    # The browser cannot print a document with half a character in it.
    said = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    case = {"name": HOSTILE[0], "message": first, "reading": {HOSTILE[3]: said}}
    notes = Notes(
        title=HOSTILE[0],
        names={"+15550100": HOSTILE[3]},
        cases=[case],
        failure="".join(said),
    )
    page = write(made.path, tmp_path / "page.html", notes)
    cases = browse(page, "#view=cases&search=script")
    assert 'data-ready="yes"' in cases
    assert "<title>ran" not in cases

    dom = browse(page, "#chat=0&details&search=script")

    assert 'data-ready="yes"' in dom
    assert len(rows(dom)) == 2 * len(HOSTILE)
    assert "<title>ran" not in dom
    visible = shown(dom)
    assert "&lt;img src=x onerror=" in visible
    assert '<img src="x"' not in visible
    assert "Show 96,000 more" in visible


def test_the_plots_are_drawn(browse: Open, tmp_path: Path) -> None:
    path = write_phone(tmp_path / "chat.db", every_kind("tahoe"))
    page = write(path, tmp_path / "page.html")

    dom = browse(page, "#view=plots")

    assert re.search(r'<section id="chat"[^>]* hidden', dom)
    assert dom.count("<figure>") == 7


def test_the_catalogue_shows_its_cases(browse: Open, tmp_path: Path) -> None:
    spec = Spec(release="tahoe", scenario="kinds")
    path = tmp_path / "chat.db"
    forge(Order(spec), path)
    cases = [
        {"name": name, "message": case.message, "reading": case.reading}
        for name, case in catalogue.cases(spec, schema.get("tahoe")).items()
    ]
    page = write(path, tmp_path / "page.html", Notes(cases=cases, failure="why not"))

    every = browse(page, "#view=cases")
    found = browse(page, "#view=cases&search=tapback-loved-removed")

    assert every.count('class="item case"') == len(cases) > 300
    assert found.count('class="item case"') == 1
    assert re.search(r'<details id="failure" open="">.*why not', every)


def test_a_narrow_window_starts_with_the_list(browse: Open, tmp_path: Path) -> None:
    path = write_phone(tmp_path / "chat.db", every_kind("tahoe"))
    page = write(path, tmp_path / "page.html")

    dom = browse(page, width=500)

    assert 'data-ready="yes"' in dom
    assert rows(dom) == []
    assert rows(browse(page, "#chat=0", width=500))


def with_script(page: Path, script: str) -> Path:
    """The page with a further script that its policy allows: somebody's hands."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    html = page.read_text("utf-8")
    html = html.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
    html = html.replace("</body>", f"<script>{script}</script></body>")
    page.write_text(html, "utf-8")
    return page


def test_what_is_clicked_answers(browse: Open, tmp_path: Path) -> None:
    path = write_phone(tmp_path / "chat.db", every_kind("tahoe"))
    names = {"+12275550199": "Alex Doe"}
    page = with_script(
        write(path, tmp_path / "page.html", Notes(names=names)),
        """
        const told = {};
        const one = (selector) => document.querySelector(selector);
        const text = (selector) => one(selector).textContent;
        document.querySelectorAll("#list .item")[3].click();
        told.chat = text("#who b");
        one(".meta button").click();
        told.history = one(".meta button").getAttribute("aria-expanded");
        one(".quote").click();
        told.found = text(".row.found .bubble");
        const search = one("#search");
        search.value = "half past";
        search.dispatchEvent(new Event("input"));
        told.hit = text("#list .item .glance");
        told.mark = text("#list mark");
        one("#list .item").click();
        told.jumped = text(".row.found .bubble");
        search.value = "";
        search.dispatchEvent(new Event("input"));
        told.chats = document.querySelectorAll("#list .item").length;
        one("#show-plots").click();
        told.plots = !one("#plots").hidden;
        one("#show-chats").click();
        told.back = one("#plots").hidden;
        const folder = [...document.querySelectorAll("#folders button")]
          .find((button) => button.textContent.startsWith("Recently Deleted"));
        folder.click();
        told.deleted = document.querySelectorAll("#list .item").length;
        one("#details").click();
        told.columns = !!one(".detailed .row-columns");
        one(".row-columns details").open = true;
        one(".row-columns details").dispatchEvent(new Event("toggle"));
        told.tree = !!one(".row-columns details .column");
        document.title = JSON.stringify(told);
        """,
    )

    dom = browse(page)

    title = re.search("<title>(.*?)</title>", dom)
    assert title
    assert json.loads(unescape(title[1])) == {
        "chat": "Alex Doe",
        "history": "true",
        "found": "Did you get the tickets?",
        "hit": "Half past seven",
        "mark": "Half past",
        "jumped": "Half past seven",
        "chats": 4,
        "plots": True,
        "back": True,
        "deleted": 1,
        "columns": True,
        "tree": True,
    }


def test_what_is_jumped_to_stays_in_view(browse: Open, tmp_path: Path) -> None:
    """Rows above it get their heights late, which must not push it away."""
    path = write_phone(tmp_path / "chat.db", every_kind("tahoe"))
    page = with_script(
        write(path, tmp_path / "page.html"),
        """
        setTimeout(() => {
          const box = document.querySelector("#messages").getBoundingClientRect();
          const row = document.querySelector('[data-index="12"]');
          const at = row.getBoundingClientRect();
          document.title = String(at.top >= box.top && at.bottom <= box.bottom);
        }, 1500);
        """,
    )

    assert "<title>true</title>" in browse(page, "#chat=3&message=12")


def test_faces_beside_a_group_are_whole(browse: Open, tmp_path: Path) -> None:
    """What is outside of its row is not painted."""
    path = write_phone(tmp_path / "chat.db", every_kind("tahoe"))
    page = with_script(
        write(path, tmp_path / "page.html"),
        """
        const cut = [], seen = [];
        document.querySelectorAll("#list .item").forEach((item) => {
          item.click();
          for (const face of document.querySelectorAll(".row .face.small")) {
            const at = face.getBoundingClientRect();
            const row = face.closest(".row").getBoundingClientRect();
            seen.push(at.left);
            if (at.left < row.left || at.right > row.right) cut.push(at.left);
          }
        });
        document.title = `${seen.length > 0} ${cut.length}`;
        """,
    )

    assert "<title>true 0</title>" in browse(page)


def test_a_long_chat_grows_where_it_is_scrolled(browse: Open, long_page: Path) -> None:
    page = with_script(
        long_page,
        """
        const box = document.getElementById("messages");
        box.dispatchEvent(new Event("wheel"));
        // Without frames to draw, a headless browser sends no scroll events.
        for (let step = 0; step < 3; step += 1) {
          box.scrollTop = 0;
          box.dispatchEvent(new Event("scroll"));
          if (box.scrollTop === 0) throw new Error("the place was lost");
        }
        """,
    )

    drawn = rows(browse(page))

    assert drawn == list(range(drawn[0], 10_000))
    assert drawn[0] <= 10_000 - 4 * 120


@pytest.mark.parametrize("width", [1280, 600])
def test_a_long_chat_opens_at_its_end(
    browse: Open, long_page: Path, width: int
) -> None:
    page = with_script(
        long_page,
        """
        setTimeout(() => {
          const box = document.getElementById("messages");
          const below = box.scrollHeight - box.scrollTop - box.clientHeight;
          document.title = `${box.scrollTop > 0} ${below < 2}`;
        }, 1500);
        """,
    )

    assert "<title>true true</title>" in browse(page, "#chat=0", width)


def test_a_hit_of_a_search_counts_no_unread_messages(
    browse: Open, scratch: Made, tmp_path: Path
) -> None:
    made = scratch("is_read INTEGER")
    made.add(text="Dinner at eight?", is_read=0)
    page = write(made.path, tmp_path / "page.html")

    assert shown(browse(page)).count('class="unread"') == 1
    found = shown(browse(page, "#search=dinner"))

    assert found.count('class="item"') == 1
    assert 'class="unread"' not in found


def test_a_person_has_one_colour(browse: Open, tmp_path: Path) -> None:
    phone = every_kind("tahoe")
    page = with_script(
        write(write_phone(tmp_path / "chat.db", phone), tmp_path / "page.html"),
        """
        const tone = (node) => [...node.classList].find((each) => /^tone/.test(each));
        const listed = new Map(), seen = new Set();
        for (const item of document.querySelectorAll("#list .item")) {
          listed.set(item.querySelector("b").textContent, tone(item.querySelector(
            ".face")));
        }
        for (const item of document.querySelectorAll("#list .item")) {
          item.click();
          for (const row of document.querySelectorAll(".row.grouped")) {
            const name = row.querySelector(".sender");
            const face = row.querySelector(".face");
            if (name && face && listed.has(name.textContent)) {
              seen.add(listed.get(name.textContent) === tone(face));
            }
          }
        }
        document.title = [...seen].join();
        """,
    )

    assert "<title>true</title>" in browse(page)


@pytest.fixture(scope="module")
def written_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of one chat with 10,000 messages, for copies of it."""
    folder = tmp_path_factory.mktemp("long")
    made = Scratch(folder / "chat.db")
    messages = (
        (n, f"G{n}", f"message number {n}", n % 2, START + n * 10**11)
        for n in range(1, 10_001)
    )
    with closing(connect(made.path)) as connection:
        connection.executemany(
            "INSERT INTO message (ROWID, guid, text, handle_id, is_from_me, date) "
            "VALUES (?, ?, ?, 1, ?, ?)",
            messages,
        )
        connection.execute("INSERT INTO chat_message_join SELECT 1, ROWID FROM message")
        connection.commit()
    return write(made.path, folder / "page.html")


@pytest.fixture
def long_page(written_once: Path, tmp_path: Path) -> Path:
    """A page of one chat with 10,000 messages."""
    return Path(shutil.copyfile(written_once, tmp_path / "page.html"))


def test_ten_thousand_messages_are_drawn_a_screen_at_a_time(
    browse: Open, long_page: Path
) -> None:
    at_the_end = rows(browse(long_page))
    in_the_middle = rows(browse(long_page, "#chat=0&message=5000"))
    found = shown(browse(long_page, "#chat=0&search=number 77"))

    assert at_the_end[-1] == 9_999
    assert len(at_the_end) <= 240
    assert 5_000 in in_the_middle
    assert len(in_the_middle) <= 480
    assert found.count('class="item"') == 100
    assert "The first 100 messages" in found
