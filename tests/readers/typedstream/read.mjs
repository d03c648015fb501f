// Print what @parseaple/typedstream makes of bodies, as JSON lines.
//
// Takes a file of lines {guid, body}, the body in base64.

import { readFileSync } from 'node:fs'

import { Unarchiver } from '@parseaple/typedstream'

function decoded({ guid, body }) {
  const found = Unarchiver.open(Buffer.from(body, 'base64')).decodeSingleRoot()
  const runs = found.runs.map(({ range: [start, length], attributes }) => [
    found.string.slice(start, start + length),
    attributes,
  ])
  return { guid, text: found.string, runs }
}

// A value that the reader hands out as undefined is told as null.
const told = (_, value) => (value === undefined ? null : value)

for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (line) console.log(JSON.stringify(decoded(JSON.parse(line)), told))
}
