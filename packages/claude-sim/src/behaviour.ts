import { z } from 'zod'
import { invalidRequest } from './api-error.ts'
import { LONG_BLOCKS } from './block-writers.ts'
import { FAULT_GRAMMAR, parseFault } from './fault.ts'

const TEXTS = ['markdown', 'lorem', 'emoji', 'references', ...LONG_BLOCKS] as const
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

/** How one request is answered. A key's description is what a refused value is answered with. */
const BehaviourSchema = z.strictObject({
  tps: z
    .preprocess((value) => (value === 'max' ? 0 : value), z.coerce.number().min(0).max(1_000_000))
    .describe('tokens per second; 0 or max: as fast as the socket drains'),
  ttft: whole(0, 3_600_000).describe('milliseconds to the first token, 0 to 3600000'),
  ping: whole(0, 3_600_000).describe('milliseconds of silence before a ping; 0: no pings'),
  text: z.enum(TEXTS).describe(`one of ${TEXTS.join(', ')}`),
  tokens: whole(0, 10_000_000).optional().describe('tokens of the answer, 0 to 10000000'),
  thinking: whole(0, 1_000_000)
    .optional()
    .describe('tokens of thinking where the request asks for thinking, 0 (none) to 1000000'),
  seed: z.coerce
    .string()
    .max(100)
    .optional()
    .describe('any word, to draw the answer from instead of the conversation'),
  fault: z
    .string()
    .refine((value) => parseFault(value) !== undefined)
    .optional()
    .describe(FAULT_GRAMMAR),
  code: whole(400, 599).optional().describe('the HTTP status of fault=status, 400 to 599'),
  'retry-after': whole(0, 1_000_000_000).optional().describe('seconds, with fault=status'),
  'error-type': z
    .string()
    .regex(/^[a-z_]{1,60}$/)
    .optional()
    .describe('the error type of fault=status or fault=error, such as rate_limit_error'),
  times: whole(1, 1_000_000).optional().describe('how many requests of a conversation meet the fault'),
})

export type Behaviour = z.infer<typeof BehaviourSchema>
type Key = keyof Behaviour

export const BEHAVIOUR_KEYS = Object.keys(BehaviourSchema.shape).filter(isKey)
const BelongTo: Readonly<Partial<Record<Key, readonly string[]>>> = {
  code: ['status'],
  'retry-after': ['status'],
  'error-type': ['status', 'error'],
}
const FAULT_KEYS = ['fault', 'code', 'retry-after', 'error-type', 'times'] as const

/** Pace of the demo: it should look like Claude. */
const DEFAULTS: Behaviour = { tps: 60, ttft: 600, ping: 3000, text: 'markdown' }

function isKey(key: string): key is Key {
  return Object.hasOwn(BehaviourSchema.shape, key)
}

export function describeKey(key: Key): string {
  return BehaviourSchema.shape[key].description ?? ''
}

/** Parses `tps=300 tokens=64000`. Throws a 400 `ApiError` that says what is allowed. */
export function parseControls(controls: string, where: string): Partial<Behaviour> {
  const pairs = controls.split(/[\s,]+/).filter((pair) => pair !== '')
  const parsed: Partial<Behaviour> = {}
  for (const pair of pairs) {
    const [key = '', value = ''] = pair.split(/=(.*)/s)
    Object.assign(parsed, parseControl(key, value, where))
  }
  return parsed
}

export function parseControl(key: string, value: unknown, where: string): Partial<Behaviour> {
  if (!isKey(key)) {
    throw invalidRequest(`${where}: unknown key "${key}". Allowed: ${BEHAVIOUR_KEYS.join(', ')}`)
  }
  const result = BehaviourSchema.shape[key].safeParse(value)
  if (!result.success || value === '') {
    throw invalidRequest(`${where}: "${String(value)}" is not allowed for ${key} (${describeKey(key)})`)
  }
  return { [key]: result.data }
}

/** Later layers win. A layer that names a fault brings its own settings for it: earlier ones do not leak in. */
export function resolveBehaviour(layers: readonly Partial<Behaviour>[]): Behaviour {
  let merged: Behaviour = DEFAULTS
  for (const layer of layers) {
    const base = { ...merged }
    if (layer.fault !== undefined) for (const key of FAULT_KEYS) delete base[key]
    merged = { ...base, ...layer }
  }
  const fault = merged.fault === undefined ? undefined : parseFault(merged.fault)?.name
  for (const key of FAULT_KEYS) {
    const owners = BelongTo[key]
    if (merged[key] === undefined || key === 'fault') continue
    if (fault === undefined || owners?.includes(fault) === false) {
      throw invalidRequest(`simulator: ${key} needs fault=${owners?.join(' or fault=') ?? '…'}`)
    }
  }
  return merged
}
