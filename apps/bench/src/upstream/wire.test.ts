import { startSimulator } from '@sluice/claude-sim'
import { expect, test } from 'vitest'
import { blockStart, CHARS_PER_DELTA, closing, deltaEvent, MARK, MODEL, opening } from './wire.ts'

test('the wire is that of the simulator: the same events in the same order, with the same fields', async () => {
  const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0, tokens: 40, thinking: 0 } })
  try {
    const response = await fetch(`${simulator.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'test', 'content-type': 'application/json' },
      body: JSON.stringify({
        model: MODEL,
        max_tokens: 100,
        stream: true,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    })
    const theirs = shapesOf(await response.text())
    const ours = shapesOf(opening() + blockStart() + deltaEvent(2) + deltaEvent(2) + closing(4))
    expect(ours).toEqual(theirs)
  } finally {
    await simulator.close()
  }
})

test('a delta has one mark, and as many characters as it is said to have', () => {
  for (const tokens of [1, 2] as const) {
    const data = /data: (.*)/.exec(deltaEvent(tokens))?.[1] ?? ''
    const { text } = JSON.parse(data).delta
    expect(text).toHaveLength(CHARS_PER_DELTA[tokens])
    expect(text.split(MARK)).toHaveLength(2)
  }
  expect(opening() + blockStart() + closing(4)).not.toContain(MARK)
})

/** Every event's name and the shape of its data; neighbours of one shape count once. */
function shapesOf(stream: string): string[] {
  const shapes = stream
    .trimEnd()
    .split('\n\n')
    .map((event) => {
      const [, name, data = ''] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? []
      return `${name} ${JSON.stringify(shapeOf(JSON.parse(data)))}`
    })
  return shapes.filter((shape, index) => shape !== shapes[index - 1])
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}
