// Prints what the reader says of a file as readings, one a line.
//
//     imessage-foundry conform -- node adapter.js {db}

import { read } from "./reader.js";

const [path] = process.argv.slice(2);
if (!path) throw new Error("usage: node adapter.js CHAT.DB");
for (const reading of await read(path)) process.stdout.write(`${JSON.stringify(reading)}\n`);
