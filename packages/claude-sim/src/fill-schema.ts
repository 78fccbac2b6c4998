import { between, pick, type Random } from './random.ts'

/** A JSON schema, as far as it is known. */
type Schema = Readonly<Record<string, unknown>>

export interface FillOptions {
  random: Random
  /** The words that strings are made of. */
  words: readonly string[]
  /** How long a string without a format is, where the schema allows it. Default: one to three words. */
  chars?: number | undefined
}

/**
 * A value that fits the schema. Has the required fields and about half of the others. Knows the keywords that zod
 * writes; a string with a `pattern` fits only where one of a few samples does.
 */
export function fillSchema(schema: unknown, options: FillOptions): unknown {
  return fill(schema, { ...options, root: asSchema(schema), depth: 0 })
}

interface Context extends FillOptions {
  root: Schema
  depth: number
}

/** Optional fields of deeper objects are left out, so that a schema that contains itself comes to an end. */
const MAX_DEPTH = 4

function fill(value: unknown, context: Context): unknown {
  const schema = resolve(asSchema(value), context.root)
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return pick(context.random, schema['enum'])
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices)) return fill(choices[0], context)
  const { type } = schema
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return fillString(schema, context)
    case 'number':
    case 'integer':
      return fillNumber(schema, context)
    case 'boolean':
      return context.random() < 0.5
    case 'array':
      return fillArray(schema, context)
    case 'null':
      return null
    default:
      return fillObject(schema, context)
  }
}

function fillObject(schema: Schema, context: Context): Record<string, unknown> {
  const required = asList(schema['required'])
  const isDeep = context.depth >= MAX_DEPTH
  const fields = Object.entries(asSchema(schema['properties'])).filter(
    // A cursor is taken from an earlier result, not made up.
    ([key]) => required.includes(key) || (!isDeep && key !== 'cursor' && context.random() < 0.5),
  )
  const deeper = { ...context, depth: context.depth + 1 }
  return Object.fromEntries(fields.map(([key, field]) => [key, fill(field, deeper)]))
}

function fillArray({ items, minItems, maxItems, prefixItems }: Schema, context: Context): unknown[] {
  const fixed = asList(prefixItems)
  const min = asNumber(minItems) ?? 0
  const most = Math.min(asNumber(maxItems) ?? Infinity, Math.max(min, 2))
  const length = context.depth >= MAX_DEPTH ? min : between(context.random, min, most)
  const deeper = { ...context, depth: context.depth + 1 }
  const rest = items === undefined || items === false ? 0 : Math.max(0, length - fixed.length)
  return [...fixed, ...Array.from({ length: rest }, () => items)].map((item) => fill(item, deeper))
}

function fillNumber(schema: Schema, { random }: Context): number {
  const step = asNumber(schema['multipleOf']) ?? 1
  const above = asNumber(schema['exclusiveMinimum'])
  const below = asNumber(schema['exclusiveMaximum'])
  const min = Math.max(asNumber(schema['minimum']) ?? -Infinity, (above ?? -Infinity) + step)
  const max = Math.min(asNumber(schema['maximum']) ?? Infinity, (below ?? Infinity) - step)
  const low = Math.ceil(min / step)
  const high = Math.floor(max / step)
  // zod gives whole numbers the limits of what JavaScript can count; the ordinary ones are near 1.
  const first = Math.min(Math.max(1, low), high)
  const whole = between(random, first, Math.min(high, first + 9))
  // Between two whole numbers, such as 0 and 1 excluded, there is only a fraction.
  if (high < low && schema['type'] === 'number') return ((above ?? min) + (below ?? max)) / 2
  return whole * step
}

const FORMATS: Readonly<Record<string, (random: Random) => string>> = {
  uuid: (random) =>
    'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => between(random, 0, 15).toString(16)),
  date: (random) => dateOf(random).slice(0, 10),
  'date-time': dateOf,
  time: (random) => dateOf(random).slice(11),
  duration: () => 'PT15M',
  email: () => 'ada@example.com',
  uri: () => 'https://example.com/locks',
  ipv4: () => '192.0.2.7',
  ipv6: () => '2001:db8::7',
}
const SAMPLES = [
  '1',
  '09:00:00',
  'a',
  'A',
  '2026-01-02',
  'ab12',
  'a-b',
  '#a1b2c3',
  '+15550100',
  'AB-123',
  'en-GB',
]

function dateOf(random: Random): string {
  return new Date(Date.UTC(2026, between(random, 0, 11), between(random, 1, 28), 9)).toISOString()
}

function fillString({ format, pattern, minLength, maxLength }: Schema, context: Context): string {
  const { random } = context
  const min = asNumber(minLength) ?? 0
  const max = asNumber(maxLength) ?? Infinity
  const plain = fillWords(context, min).slice(0, max).trimEnd().padEnd(min, '.')
  const first = FORMATS[String(format)]?.(random) ?? plain
  if (typeof pattern !== 'string') return first
  const samples = [first, ...Object.values(FORMATS).map((sample) => sample(random)), ...SAMPLES]
  const regExp = new RegExp(pattern, 'u')
  return (
    samples.find((sample) => sample.length >= min && sample.length <= max && regExp.test(sample)) ?? first
  )
}

function fillWords({ random, words, chars }: Context, min: number): string {
  const length = Math.max(min, chars ?? 0)
  const picked = Array.from({ length: between(random, 1, 3) }, () => pick(random, words))
  for (let size = picked.join(' ').length; size < length; size += (picked.at(-1)?.length ?? 0) + 1)
    picked.push(pick(random, words))
  return chars === undefined ? picked.join(' ') : picked.join(' ').slice(0, length)
}

/** Follows `$ref: '#/$defs/…'`. */
function resolve(schema: Schema, root: Schema): Schema {
  const { $ref } = schema
  if (typeof $ref !== 'string') return schema
  let target: unknown = root
  for (const key of $ref.split('/').slice(1)) target = asSchema(target)[key]
  return resolve(asSchema(target), root)
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' ? { ...value } : {}
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
