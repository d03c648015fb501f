(() => {
  const BATCH = 120;
  const SEARCH_LIMIT = 100;
  const NEW_STRETCH = 3600 * 1000;
  const byId = (id) => document.getElementById(id);
  const parsed = (id) => JSON.parse(byId(id).textContent);
  const { chats, people, faces, cases, failure } = parsed("index");
  const caseOf = new Map(cases.map((each) => [each.message, each]));
  const pictures = parsed("pictures");
  const { named, contentOf, partNode } = bubbles(people, pictures);
  const pictureOf = (who) => Object.hasOwn(faces, who) && pictures[faces[who] - 1];
  const loaded = new Map();
  const receipts = new Map();
  let open = -1, from = 0, until = 0, pinned = false, held = null, folder = "All";

  function messagesOf(number) {
    if (!loaded.has(number)) loaded.set(number, parsed(`chat-${number}`));
    return loaded.get(number);
  }
  const counted = (count, noun) =>
    `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  function chatName(chat) {
    if (chat.name) return chat.name;
    const members = (chat.people || []).map(named);
    return members.join(", ") || named(chat.identifier || "No name");
  }
  function item(number, glance, when, jump, isHit = false) {
    const chat = chats[number], name = chatName(chat);
    const button = el("button", "item");
    button.type = "button";
    button.dataset.chat = number;
    const top = add(el("span", "top"), put(el("b", "words"), name),
      !isHit && (chat.marks || []).includes("Muted") && el("span", "muted", "🔕"),
      !isHit && chat.unread && el("span", "unread", String(chat.unread)),
      when && el("time", "", day(when)));
    const body = add(el("span"), top, put(el("span", "glance words"), glance || ""));
    add(button, face(chat.group && !chat.name ? name.replace(/,/g, "") : name,
      toneOf((!chat.group && (chat.people || [])[0]) || chat.guid || name), false,
      !chat.group && pictureOf((chat.people || [])[0])), body);
    button.addEventListener("click", () => jump());
    return button;
  }
  const FOLDERS = { All: () => true, Unread: (chat) => chat.unread,
    "Recently Deleted": (chat) => chat.deleted };
  const isIn = (chat, name) => (FOLDERS[name] ||
    (() => (chat.marks || []).includes(name)))(chat);
  function listFolders() {
    const marks = chats.flatMap((chat) => chat.marks || []);
    const names = [...Object.keys(FOLDERS), ...new Set(marks)];
    const used = names.filter((name) => chats.some((chat) => isIn(chat, name)));
    byId("folders").replaceChildren(...(used.length > 1 ? used : []).map((name) => {
      const count = chats.filter((chat) => !chat.astray && isIn(chat, name)).length;
      const button = add(el("button", "", name), el("small", "", ` ${count}`));
      button.type = "button";
      button.setAttribute("aria-pressed", String(name === folder));
      button.addEventListener("click", () => {
        folder = name;
        listFolders();
        listChats(byId("search").value);
      });
      return button;
    }));
  }
  function listCases(query) {
    const list = byId("list");
    wanted = query.trim().toLowerCase();
    const found = cases.filter((each) => JSON.stringify(each).toLowerCase()
      .includes(wanted));
    list.replaceChildren(...found.map((each) => {
      const button = el("button", "item case");
      button.type = "button";
      const reading = Object.entries(each.reading).map(([key, value]) =>
        `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
      add(button, add(el("span"), put(el("b", "words"), each.name),
        put(el("span", "glance words"), reading.join(" · "))));
      button.addEventListener("click", () => openGuid(each.message));
      return button;
    }));
    if (!found.length) list.append(el("p", "notice", "Nothing found"));
  }
  function openGuid(guid) {
    for (let number = 0; number < chats.length; number += 1) {
      const index = messagesOf(number).findIndex((each) => each.guid === guid);
      if (index >= 0) return openChat(number, index);
    }
    return undefined;
  }
  const lists = { chats: listChats, cases: listCases };
  let listed = "chats";
  function relist() { lists[listed](byId("search").value); }
  function listChats(query = "") {
    const list = byId("list");
    list.replaceChildren();
    wanted = query.trim().toLowerCase();
    chats.forEach((chat, number) => {
      if (!isIn(chat, folder)) return;
      const words = [chatName(chat), chat.identifier || "", ...(chat.people || [])];
      if (wanted && !words.join(" ").toLowerCase().includes(wanted)) return;
      const entry = item(number, chat.glance, chat.last, () => openChat(number));
      if (number === open) entry.setAttribute("aria-current", "true");
      list.append(entry);
    });
    if (wanted.length > 1) listHits(list);
    if (!list.childElementCount) list.append(el("p", "notice", "Nothing found"));
  }
  function textOf(message) {
    const words = (message.parts || []).flatMap((part) => [
      ...(part.runs || []).map((run) => run.text), part.file ? part.file.name : ""]);
    const card = message.card || {};
    return [...words, message.event || "", message.subject || "", card.title || "",
      card.url || "", ...(card.lines || []),
      ...(message.poll || []).map((choice) => choice.text || "")].join("");
  }
  function listHits(list) {
    let hits = 0;
    for (let number = 0; number < chats.length; number += 1) {
      for (const [index, message] of messagesOf(number).entries()) {
        const text = textOf(message), place = text.toLowerCase().indexOf(wanted);
        if (place < 0) continue;
        if (!hits) list.append(el("p", "group-title", "Messages"));
        hits += 1;
        const start = Math.max(0, place - 20);
        const excerpt = (start ? "…" : "") + text.slice(start, start + 90);
        list.append(item(number, excerpt, message.time,
          () => openChat(number, index), true));
        if (hits === SEARCH_LIMIT) {
          list.append(el("p", "group-title", `The first ${hits} messages`));
          return;
        }
      }
    }
  }

  function quoteNode(reply, index) {
    const quote = el("button", "quote");
    quote.type = "button";
    const who = reply.found ? named(reply.from) : "In reply to";
    const text = reply.found ? reply.text || "a message"
      : "a message that is not in this database";
    add(quote, el("b", "words", `↩ ${who}`), el("span", "words", text));
    const target = reply.found
      ? messagesOf(open).findIndex((message) => message.guid === reply.guid) : -1;
    if (target < 0) quote.disabled = true;
    else quote.addEventListener("click", () => jumpTo(target));
    return quote;
  }

  const waits = (message) =>
    message.schedule && !message.schedule.startsWith("Sent");
  function receiptsOf(number) {
    if (receipts.has(number)) return receipts.get(number);
    const last = { delivered: -1, read: -1 };
    receipts.set(number, last);
    messagesOf(number).forEach((message, index) => {
      if (message.from !== null || message.event || waits(message)) return;
      if (message.read) last.read = index;
      else if (message.delivered) last.delivered = index;
    });
    return last;
  }
  function receiptOf(message, index, last) {
    const told = (word, stamp) =>
      typeof stamp === "string" ? `${word} ${day(stamp)}, ${clock(stamp)}` : word;
    if (message.from !== null) return "";
    if (index === last.read) return told("Read", message.read);
    const isLast = index === last.delivered && index > last.read;
    return isLast ? told("Delivered", message.delivered) : "";
  }
  function detail(message) {
    const stamp = (word, value) =>
      value && `${word} ${typeof value === "string" ? value : "(no date)"}`;
    return [message.time || "no date", message.service,
      stamp("delivered", message.delivered), stamp("read", message.read),
      `row ${message.id}`, message.guid].filter(Boolean).join(" · ");
  }
  function rowClass(message, next) {
    const names = ["row", message.from === null ? "mine" : "theirs"];
    if (!/^(iMessage|iMessageLite|)$/.test(message.service || "")) names.push("text");
    if (!next || next.from !== message.from || next.event) names.push("last");
    if (waits(message)) names.push("later");
    if (message.deleted) names.push("gone");
    return names.join(" ");
  }
  function metaNodes(message, index, last) {
    const bad = (mark) => mark.startsWith("Not Delivered");
    const marks = [message.effect && `✨ Sent with ${message.effect}`,
      message.schedule, message.deleted && `Deleted ${full(message.deleted)}`,
      message.translation && `Translated: ${message.translation}`,
      ...(message.marks || []), receiptOf(message, index, last)].filter(Boolean);
    return marks.map((mark) => el("div", bad(mark) ? "meta bad" : "meta", mark));
  }
  function rowNode(messages, index, last) {
    const message = messages[index];
    const before = messages[index - 1], next = messages[index + 1];
    const row = el("div", rowClass(message, next));
    row.dataset.index = index;
    const gap = before && message.time && before.time
      ? moment(message.time) - moment(before.time) : Infinity;
    if (message.time && gap > NEW_STRETCH) {
      const when = el("div", "when", full(message.time));
      when.style.alignSelf = "center";
      row.append(when);
    }
    if (caseOf.has(message.guid)) row.append(caseNode(caseOf.get(message.guid)));
    if (message.event) {
      row.classList.add("event");
      add(row, el("div", "words", message.event),
        ...(message.parts || []).map((part) => partNode(part, message)));
    } else {
      const speaks = chats[open].group && message.from !== null &&
        (!before || before.from !== message.from || before.event);
      if (chats[open].group && message.from !== null) {
        row.classList.add("grouped");
        if (row.classList.contains("last")) {
          row.append(face(named(message.from), toneOf(message.from), true,
            pictureOf(message.from)));
        }
      }
      add(row, speaks && el("div", "sender words", named(message.from)),
        message.reply && quoteNode(message.reply),
        ...contentOf(message), ...metaNodes(message, index, last));
    }
    const facts = add(el("div", "detail"), el("div", "", detail(message)));
    const columns = rowsOf(open).get(message.id);
    if (columns) facts.append(columnsNode(columns));
    row.append(facts);
    return row;
  }
  function caseNode(found) {
    const node = add(el("div", "case"), el("b", "words", found.name));
    for (const [key, value] of Object.entries(found.reading)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      node.append(add(el("div", "words"), el("i", "", `${key} `), text));
    }
    return node;
  }
  const details = new Map();
  function rowsOf(number) {
    if (!details.has(number)) {
      const found = byId(`rows-${number}`) ? parsed(`rows-${number}`) : [];
      details.set(number, new Map(found.map((each) => [each.ROWID, each])));
    }
    return details.get(number);
  }
  function rows(start, end) {
    const messages = messagesOf(open), last = receiptsOf(open);
    const made = document.createDocumentFragment();
    for (let index = start; index < end; index += 1) {
      made.append(rowNode(messages, index, last));
    }
    return made;
  }
  function draw(start, end) {
    from = Math.max(0, start);
    until = Math.min(messagesOf(open).length, end);
    byId("rows").replaceChildren(rows(from, until));
  }
  function jumpTo(index) {
    if (index < from || index >= until) draw(index - BATCH / 2, index + BATCH / 2);
    const row = byId("rows").querySelector(`[data-index="${index}"]`);
    if (!row) return;
    row.scrollIntoView({ block: "center" });
    held = row;
    row.classList.add("found");
    setTimeout(() => row.classList.remove("found"), 2500);
  }
  function grow() {
    const box = byId("messages"), total = messagesOf(open).length;
    if (box.scrollTop < 400 && from > 0) {
      const start = Math.max(0, from - BATCH), height = box.scrollHeight;
      byId("rows").prepend(rows(start, from));
      from = start;
      box.scrollTop += box.scrollHeight - height;
    } else if (box.scrollHeight - box.scrollTop - box.clientHeight < 400 &&
        until < total) {
      const end = Math.min(total, until + BATCH);
      byId("rows").append(rows(until, end));
      until = end;
    }
  }
  function headChat(chat) {
    const members = (chat.people || []).map(named).join(", ");
    const facts = [chat.group && `${(chat.people || []).length + 1} people`,
      chat.service, counted(chat.count || 0, "message"),
      ...(chat.marks || []), members].filter(Boolean).join(" · ");
    byId("who").replaceChildren(el("b", "words", chatName(chat)),
      el("span", "words", facts));
  }
  function openChat(number, index) {
    if (!chats[number]) return;
    open = number;
    view(listed);
    document.body.classList.add("open");
    for (const entry of byId("list").querySelectorAll("[aria-current]")) {
      entry.removeAttribute("aria-current");
    }
    const entry = byId("list").querySelector(`[data-chat="${number}"]`);
    if (entry && !byId("search").value) {
      entry.setAttribute("aria-current", "true");
      entry.scrollIntoView({ block: "nearest" });
    }
    headChat(chats[number]);
    const total = messagesOf(number).length, box = byId("messages");
    held = null;
    if (index === undefined) {
      pinned = true;
      draw(total - BATCH, total);
      box.scrollTop = box.scrollHeight;
    } else {
      pinned = false;
      from = until = 0;
      jumpTo(index);
    }
  }
  function view(name) {
    byId("chat").hidden = name === "plots";
    byId("plots").hidden = name !== "plots";
    const shown = name === "plots" ? name : listed;
    for (const each of ["chats", "cases", "plots"]) {
      byId(`show-${each}`).setAttribute("aria-pressed", String(each === shown));
    }
    if (name === "plots") document.body.classList.add("open");
  }
  function choose(name) {
    listed = name;
    byId("folders").hidden = name !== "chats";
    relist();
    view(name);
  }
  function start() {
    const sum = (some) => some.reduce((all, chat) => all + (chat.count || 0), 0);
    const astray = sum(chats.filter((chat) => chat.astray));
    byId("summary").textContent =
      `${counted(chats.filter((chat) => !chat.astray).length, "chat")}, ` +
      counted(sum(chats), "message") +
      (astray ? `, ${astray.toLocaleString("en")} of them in no chat` : "");
    listFolders();
    listChats();
    byId("show-cases").hidden = !cases.length;
    byId("failure").hidden = !failure;
    byId("failure").querySelector("pre").textContent = failure;
    byId("search").addEventListener("input", relist);
    byId("show-chats").addEventListener("click", () => choose("chats"));
    byId("show-cases").addEventListener("click", () => choose("cases"));
    byId("show-plots").addEventListener("click", () => view("plots"));
    for (const back of document.querySelectorAll(".back")) {
      back.addEventListener("click", () => document.body.classList.remove("open"));
    }
    byId("messages").addEventListener("scroll", grow, { passive: true });
    // Rows get their true heights as pictures load and as they come into view; a
    // chat stays at its end, or at what was jumped to, until somebody scrolls.
    const box = byId("messages");
    new ResizeObserver(() => {
      if (pinned) box.scrollTop = box.scrollHeight;
      else if (held) held.scrollIntoView({ block: "center" });
    }).observe(byId("rows"));
    for (const name of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      box.addEventListener(name, () => { pinned = false; held = null; }, { passive: true });
    }
    byId("details").addEventListener("click", (event) => {
      const on = byId("messages").classList.toggle("detailed");
      event.currentTarget.setAttribute("aria-pressed", String(on));
    });
    const place = new URLSearchParams(location.hash.slice(1));
    const isWide = matchMedia("(min-width: 761px)").matches;
    if (chats.length && (isWide || place.has("chat"))) {
      openChat(Number(place.get("chat") || 0), place.has("message")
        ? Number(place.get("message")) : undefined);
    }
    const current = byId("list").querySelector("[aria-current]");
    if (current) current.scrollIntoView({ block: "center" });
    if (place.get("view") === "plots") view("plots");
    if (place.get("view") === "cases") choose("cases");
    if (place.has("details")) byId("details").click();
    if (place.has("search")) {
      byId("search").value = place.get("search");
      relist();
    }
    document.documentElement.dataset.ready = "yes";
  }
  start();
})();
