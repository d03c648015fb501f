// Reads the messages and tapbacks of an Apple Messages chat.db.

import { readFileSync } from "node:fs";
import { open } from "./sqlite.js";

const MESSAGES = readFileSync(new URL("messages.sql", import.meta.url), "utf8");
const TAPBACKS = [
  "loved", "liked", "disliked", "laughed", "emphasized", "questioned", "emoji", "sticker",
];
// Before the text stands the type of a string: a new type code "+" of one byte.
const STRING = Buffer.from([0x84, 0x01, 0x2b]);

/** All rows, oldest first, as readings (docs/readings.md). */
export async function read(path) {
  const database = await open(path);
  try {
    return database.prepare(MESSAGES).all().map(reading);
  } finally {
    database.close();
  }
}

function reading(row) {
  const { kind, type, target, text, body, from_me, ...rest } = row;
  const found = { kind, ...rest, from_me: Boolean(from_me) };
  return kind === "tapback"
    ? { ...found, ...tapback(type, target) }
    : { ...found, text: textOf(text, body) };
}

/** The text, without the characters that stand for files and apps. */
function textOf(text, body) {
  return (bodyText(body) ?? text ?? "").replace(/[\ufffc\ufffd]/g, "");
}

/** The first string of an attributedBody, which is its text; null if there is none. */
export function bodyText(bytes) {
  if (!bytes) return null;
  const body = Buffer.from(bytes);
  const type = body.indexOf(STRING);
  const at = type + STRING.length;
  if (type < 0 || at >= body.length) return null;
  // One byte of length, or a tag and two or four bytes.
  const width = { 0x81: 2, 0x82: 4 }[body[at]] ?? 0;
  if (at + 1 + width > body.length) return null;
  const length = width ? body.readUIntLE(at + 1, width) : body[at];
  const start = at + 1 + width;
  return start + length > body.length ? null : body.toString("utf8", start, start + length);
}

/** `target` is `p:0/GUID` for a part, `bp:GUID` for a balloon, or the GUID alone. */
function tapback(type, target) {
  const part = /^p:(\d+)\//.exec(target);
  return {
    of: target.split(/[/:]/).at(-1),
    part: part ? Number(part[1]) : null,
    tapback: TAPBACKS[type % 1000],
    removed: type >= 3000,
  };
}
