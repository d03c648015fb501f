// Holds the reader against databases whose truth is known.
//
//     imessage-foundry export fixtures --scenario kinds,small && npm test

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bodyText, read } from "../reader.js";

const folder = process.env.IMESSAGE_FIXTURES ?? "fixtures";
const json = (...parts) => JSON.parse(readFileSync(join(folder, ...parts), "utf8"));

for (const { database, truth } of json("manifest.json").databases) {
  test(`reads every message of ${database}`, async () => {
    const found = new Map((await read(join(folder, database))).map((row) => [row.guid, row]));
    const messages = json(truth).readings.filter(({ kind }) => kind === "message");
    assert.notEqual(messages.length, 0);
    for (const { guid, kind, date_ns, text = "", ...true_ } of messages) {
      const said = found.get(guid);
      assert.deepEqual([said?.kind, said?.date_ns, said?.text], [kind, date_ns, text], guid);
      for (const field of ["sender", "chat"]) {
        const right = [true_[field] ?? null, ...(true_.or_else?.[field] ?? [])];
        assert.ok(right.includes(said[field]), `${guid}: ${field} is ${said[field]}`);
      }
    }
  });
}

test("a body that is cut off has no text", () => {
  assert.equal(bodyText(Buffer.from([0x84, 0x01, 0x2b])), null);
  assert.equal(bodyText(Buffer.from([0x84, 0x01, 0x2b, 0x81, 0x05])), null);
  assert.equal(bodyText(Buffer.from([0x84, 0x01, 0x2b, 0x05, 0x61])), null);
});
