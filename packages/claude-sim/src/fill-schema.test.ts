import { expect, test } from 'vitest'
import { z } from 'zod'
import { fillSchema } from './fill-schema.ts'
import { seededRandom } from './random.ts'

const fill = (schema: unknown, seed: number) =>
  fillSchema(schema, { random: seededRandom(seed), words: ['lock', 'gate', 'weir'] })

const Node: z.ZodType = z.object({
  label: z.string(),
  get above() {
    return z.array(Node)
  },
  get below() {
    return z.array(Node)
  },
})

test.each([
  [
    'strings',
    z.object({ a: z.string().min(20), b: z.string().max(2), c: z.string().min(1).max(5).optional() }),
  ],
  [
    'formats',
    z.object({
      a: z.uuid(),
      b: z.iso.date(),
      c: z.iso.datetime(),
      d: z.email(),
      e: z.url(),
      f: z.iso.time(),
    }),
  ],
  [
    'patterns',
    z.object({ a: z.string().regex(/^[a-z]+$/), b: z.string().regex(/^#[\da-f]{6}$/), c: z.iso.duration() }),
  ],
  [
    'numbers',
    z.object({
      a: z.int().min(7).max(8),
      b: z.number().gt(0).lt(1),
      c: z.int().negative(),
      e: z.int().gt(5),
      f: z.int().gte(3).lt(5),
      d: z.number().multipleOf(5).min(12),
    }),
  ],
  [
    'choices',
    z.object({
      a: z.enum(['x', 'y']),
      b: z.literal('z'),
      c: z.union([z.int(), z.string()]),
      d: z.string().nullable(),
      e: z.boolean(),
      f: z.null(),
    }),
  ],
  [
    'lists',
    z.object({
      a: z.array(z.int()).min(3),
      b: z.array(z.string()).max(1),
      c: z.tuple([z.string(), z.int()]),
    }),
  ],
  [
    'objects',
    z.strictObject({
      a: z.object({ b: z.object({ c: z.uuid().optional() }) }),
      d: z.record(z.string(), z.int()),
    }),
  ],
  ['references', z.object({ root: Node })],
])('%s fit their schema', (_, schema) => {
  const json = z.toJSONSchema(schema, { io: 'input' })
  for (let seed = 0; seed < 50; seed += 1) {
    const value = fill(json, seed)
    expect(schema.safeParse(value), JSON.stringify(value)).toMatchObject({ success: true })
  }
})

test('a number without limits is a small one', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const value = fill(z.toJSONSchema(z.int()), seed)
    expect(value).toBeGreaterThanOrEqual(1)
    expect(value).toBeLessThanOrEqual(10)
  }
})

test('fields that are not required are sometimes there, a cursor never', () => {
  const schema = z.toJSONSchema(
    z.object({ a: z.string(), b: z.string().optional(), cursor: z.string().optional() }),
  )
  const keys = new Set(
    Array.from({ length: 20 }, (_, seed) => Object.keys(Object(fill(schema, seed))).join()),
  )
  expect(keys).toEqual(new Set(['a', 'a,b']))
})
