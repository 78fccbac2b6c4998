import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './simulator.ts'
import { ask } from './testing/test-client.ts'
import { toolsNamed } from './testing/tool-loop-client.ts'

let sim: Simulator
beforeAll(async () => {
  sim = await startSimulator()
})
afterAll(() => sim.close())

const TOOLS = toolsNamed('notes')
const PIECES = [
  '[[sim ',
  '[[sim',
  '[[sim a ]',
  '[[sim a]]',
  "[[sim a='",
  "'",
  "''",
  'show ',
  'change the note ',
  '[[',
  '[',
  ']',
  ']]',
  ' ',
  '\n',
  '\r\n',
  ',',
  '=',
  'a=',
  '`',
  '*',
  '\\',
  '<',
  '|',
  'a',
  'é',
]

const CHARS = 400_000
/** Work that grows with the square of the prompt takes over a minute; an answer, milliseconds. */
const TIMEOUT_MS = 20_000

test.each(PIECES)(
  'a prompt and a directive full of %j are answered',
  { timeout: TIMEOUT_MS },
  async (piece) => {
    const text = piece.repeat(CHARS / piece.length)
    for (const prompt of [`x ${text} x`, `[[sim ${text}]]`]) {
      const stream = await (await ask(sim.url, { prompt, sim: 'tokens=5', extra: { tools: TOOLS } })).text()
      expect(stream).toContain('message_stop')
    }
  },
)
