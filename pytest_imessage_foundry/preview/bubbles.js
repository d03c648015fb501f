"use strict";
// Every text of the database goes through textContent, never through HTML.
function el(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}
function add(parent, ...children) {
  for (const child of children) if (child) parent.append(child);
  return parent;
}
// The stamps are local already; reading them as UTC keeps them as they are.
function moment(stamp) { return new Date(`${stamp}Z`); }
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const clock = (stamp) => stamp.slice(11, 16);
const day = (stamp) => stamp.slice(0, 10);
const full = (stamp) =>
  `${WEEKDAYS[moment(stamp).getUTCDay()] || ""} ${day(stamp)} ${clock(stamp)}`.trim();
// What is searched for is marked wherever it stands.
let wanted = "";
function put(node, text) {
  const lower = wanted ? text.toLowerCase() : "";
  // Some letters change their length with their case; such texts are not marked.
  if (!wanted || lower.length !== text.length) return add(node, document
    .createTextNode(text));
  let at = 0;
  for (let hit = lower.indexOf(wanted); hit >= 0;
    hit = lower.indexOf(wanted, at)) {
    node.append(text.slice(at, hit), el("mark", "", text.slice(hit,
      hit + wanted.length)));
    at = hit + wanted.length;
  }
  node.append(text.slice(at));
  return node;
}
// A contact's picture, initials of a name, or the outline of a person where there is
// neither, or none that the browser can draw.
function face(name, tone, small, picture) {
  if (picture) {
    const node = el("span", `face${small ? " small" : ""}`), image = el("img");
    image.alt = name;
    image.addEventListener("error", () => node.replaceWith(face(name, tone, small)));
    image.src = picture;
    return add(node, image);
  }
  const letters = name.split(/\s+/).map((word) => [...word][0] || "")
    .filter((letter) => /\p{L}/u.test(letter));
  const node = el("span", `face tone${tone % 6}${small ? " small" : ""}`);
  if (letters.length) {
    const ends = letters.length > 2 ? [letters[0], letters.at(-1)] : letters;
    node.textContent = ends.join("").toUpperCase();
  } else node.classList.add("nobody");
  return node;
}
function toneOf(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum;
}

// What stands in a bubble: text, files, cards, polls, and what is stuck to it.
function bubbles(people, pictures) {
  const LONG = 4000;
  const SIGNS = { loved: "❤️", liked: "👍", disliked: "👎", laughed: "😂",
    emphasized: "‼️", questioned: "❓", sticker: "🏷", emoji: "🙂" };
  const SORTS = [[/^image|png|jpeg|heic|gif/, "🖼"], [/^video|movie|mpeg-4/, "🎬"],
    [/^audio|coreaudio/, "🎵"], [/vcard|vlocation|contact/, "👤"],
    [/pdf|text|word|document/, "📄"]];
  const named = (who) => who === null ? "You"
    : Object.hasOwn(people, who) ? people[who] : who;
  function runNode(run) {
    const names = ["words", ...(run.styles || [])];
    if (run.effect) names.push(`effect-${run.effect}`);
    for (const name of ["mention", "link", "detected"]) {
      if (run[name]) names.push(name);
    }
    const node = put(el("span", names.join(" ")), run.text || "");
    const said = [run.effect && `text effect: ${run.effect}`,
      run.mention && `mentions ${named(run.mention)}`, run.link,
      run.detected].filter(Boolean);
    if (said.length) node.title = said.join("; ");
    return node;
  }
  function runNodes(parent, runs) {
    let room = LONG;
    for (const [index, run] of runs.entries()) {
      const text = run.text || "";
      parent.append(runNode({ ...run, text: text.slice(0, room) }));
      room -= text.length;
      if (room >= 0) continue;
      const rest = runs.slice(index + 1).map((r) => (r.text || "").length);
      const hidden = rest.reduce((sum, length) => sum + length, -room);
      const more = el("button", "more", `Show ${hidden.toLocaleString("en")} more`);
      more.type = "button";
      more.addEventListener("click", () => {
        parent.replaceChildren(...runs.map(runNode));
      });
      parent.append(" … ", more);
      break;
    }
    return parent;
  }
  function isLarge(part) {
    const text = (part.runs || []).map((run) => run.text).join("").trim();
    return [...text].length <= 6 && text &&
      /^(\p{Extended_Pictographic}|\p{Emoji_Component}|\u200d|\ufe0f)+$/u.test(text) &&
      /\p{Extended_Pictographic}/u.test(text);
  }
  function size(bytes) {
    if (!bytes) return "";
    const units = ["bytes", "KB", "MB", "GB"];
    let unit = 0, value = bytes;
    while (value >= 1000 && unit < 3) { value /= 1000; unit += 1; }
    return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
  }
  // Heights follow from the name: the page has the file's size, not its sound.
  function waveNode(name) {
    const node = add(el("span", "wave"), el("span", "play", "▶"));
    let state = toneOf(name) + 1;
    for (let bar = 0; bar < 32; bar += 1) {
      state = (state * 1103 + 12345) % 65536;
      node.append(el("i", `bar h${1 + (state >> 7) % 8}`));
    }
    return node;
  }
  function chip(file, audio) {
    const mime = file.mime || "";
    const sort = SORTS.find(([pattern]) => pattern.test(mime));
    const isPicture = mime.startsWith("image/");
    const why = file.absence || (isPicture ? "not shown on this page" : "");
    const facts = [mime, size(file.size), why].filter(Boolean).join(" · ");
    const body = add(el("span"), el("b", "words", file.name || "attachment"),
      audio && waveNode(file.name || ""), el("small", "", facts),
      file.transcript && el("span", "words", `“${file.transcript}”`));
    return add(el("span", "file"), el("span", "sort", sort ? sort[1] : "📎"), body);
  }
  // A print without its picture: the colours follow from the name, to tell two apart.
  function blankNode(file) {
    const name = file.name || "picture";
    const why = `${file.mime || "a picture"}: this browser does not show it`;
    const node = el("span",
      `picture blank tone${toneOf(name) % 6}${file.sticker ? " sticker" : ""}`);
    node.title = [name, why, size(file.size)].filter(Boolean).join(" · ");
    return add(node, el("b", "words", name), el("small", "", why));
  }
  // `small` is the sign that stands for a picture where there is no room to name it.
  function fileNode(file, audio, small) {
    if (!file.picture) return small ? el("span", "label", small) : chip(file, audio);
    const image = el("img", file.sticker ? "picture sticker" : "picture");
    image.alt = image.title = file.description || file.name || "picture";
    // HEIC shows in some browsers only; the others get a blank with its name.
    image.addEventListener("error", () => image.replaceWith(
      small ? el("span", "label", small) : blankNode(file)));
    image.src = pictures[file.picture - 1];
    return image;
  }
  const signOf = (tapback) => tapback.emoji || SIGNS[tapback.name] || "❔";
  // Equal tapbacks share one bubble, which counts them and names who reacted.
  function tapbackNode(group) {
    const [tapback] = group, sign = signOf(tapback);
    const own = group.some((each) => each.from === null) ? " own" : "";
    const node = el("span", `tapback ${tapback.name}${own}`);
    if (tapback.image && tapback.image.picture) {
      node.append(fileNode(tapback.image, false, sign));
    } else node.append(el("span", "sign", sign));
    if (group.length > 1) node.append(el("b", "", String(group.length)));
    node.title = group.map((each) => `${named(each.from)} ${each.emoji
      ? `reacted ${each.emoji}` : each.name}, ${(each.time || "")
        .replace("T", " ")}`).join("\n");
    return node;
  }
  function grouped(tapbacks) {
    const groups = new Map();
    for (const each of tapbacks) {
      const key = each.image ? `picture ${each.image.picture || each.from}`
        : signOf(each);
      groups.set(key, [...(groups.get(key) || []), each]);
    }
    return [...groups.values()];
  }
  function decorate(holder, tapbacks) {
    const standing = tapbacks.filter((tapback) => tapback.name !== "placed");
    if (standing.length) {
      holder.classList.add("reacted");
      holder.append(add(el("span", "tapbacks"),
        ...grouped(standing).map(tapbackNode)));
    }
    for (const sticker of tapbacks.filter((t) => t.name === "placed")) {
      const node = el("span", "placed");
      node.title = `Sticker from ${named(sticker.from)}`;
      node.append(fileNode({ ...sticker.image, sticker: true }, false, SIGNS.sticker));
      holder.classList.add("stuck");
      holder.append(node);
    }
  }
  function partNode(part, message) {
    const holder = el("div", "part");
    if (part.unsent) {
      holder.append(el("div", "notice", `${named(message.from)} unsent a part`));
    } else if (part.file) {
      holder.append(fileNode(part.file, message.audio));
    } else {
      const bubble = el("div", "bubble");
      bubble.dir = "auto";
      if (isLarge(part)) bubble.classList.add("large");
      if (part.deleted) bubble.classList.add("gone");
      holder.append(runNodes(bubble, part.runs || []));
    }
    if (part.deleted) {
      holder.append(el("div", "meta", `Deleted ${full(part.deleted)}`));
    }
    if (part.history) holder.append(historyNode(part));
    return holder;
  }
  function historyNode(part) {
    const meta = el("div", "meta");
    const button = el("button", "", part.unsent ? "Edited before" : "Edited");
    const past = el("div");
    button.type = "button";
    past.hidden = true;
    for (const version of part.history) {
      const line = el("div", "history");
      line.append(el("small", "", version.time ? `${clock(version.time)}  ` : ""));
      past.append(runNodes(line, version.runs || []));
    }
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      past.hidden = !past.hidden;
      button.setAttribute("aria-expanded", String(!past.hidden));
    });
    return add(meta, button, past);
  }
  const isMap = (card) => /^https:\/\/maps\.apple\.com\//.test(card.url || "") ||
    card.app === "Find My" || card.app === "Check In";
  function cardNode(card) {
    const node = el("div", `card card-${card.kind}`), body = el("div");
    if (card.image && card.image.picture) node.append(fileNode(card.image));
    else if (isMap(card)) node.append(add(el("div", "map"), el("span", "pin", "📍")));
    add(body, card.title && put(el("b", "words"), card.title),
      ...(card.lines || []).map((line) => put(el("span", "words"), line)),
      card.app && el("small", "words", card.app),
      card.url && el("small", "words link", card.url));
    return add(node, body);
  }
  function pollNode(poll) {
    const node = add(el("div", "poll"), el("small", "", "📊 Poll"));
    const voters = new Set(poll.flatMap((choice) => choice.voters || []));
    for (const choice of poll) {
      const count = (choice.voters || []).length, meter = el("meter");
      meter.max = Math.max(voters.size, 1);
      meter.value = count;
      const line = add(el("div"), el("b", "words", choice.text || ""),
        el("span", "", String(count)));
      add(node, add(el("div", "choice"), line, meter,
        count && el("small", "words", choice.voters.map(named).join(", "))));
    }
    return node;
  }
  function contentOf(message) {
    const nodes = [], parts = message.parts || [];
    const reactions = new Map();
    for (const tapback of message.tapbacks || []) {
      const part = tapback.part || 0;
      reactions.set(part, [...(reactions.get(part) || []), tapback]);
    }
    const show = (node, number) => {
      if (reactions.has(number)) decorate(node, reactions.get(number));
      reactions.delete(number);
      nodes.push(node);
    };
    if (message.subject) {
      nodes.push(add(el("div", "part"), el("div", "bubble subject", message.subject)));
    }
    if (message.unsent) {
      nodes.push(el("div", "notice", `${named(message.from)} unsent a message`));
    } else {
      // A link's text is its URL, which the card shows already.
      const repeats = message.card && message.card.url && parts.length === 1 &&
        message.card.kind === "link";
      if (!repeats) for (const part of parts) show(partNode(part, message),
        part.number || 0);
    }
    if (message.card) show(add(el("div", "holder"), cardNode(message.card)), 0);
    if (message.poll) show(add(el("div", "holder"), pollNode(message.poll)), 0);
    for (const trouble of message.troubles || []) {
      nodes.push(el("div", "trouble", trouble));
    }
    for (const left of reactions.values()) {
      const node = nodes.find((each) => !each.classList.contains("notice")) || nodes[0];
      if (node) decorate(node, left);
    }
    if (!nodes.length) nodes.push(el("div", "notice", "a message without a body"));
    return nodes;
  }
  return { named, contentOf, partNode };
}
