import { z } from 'zod'
import { invalidRequest } from './api-error.ts'
import { FAULTS, parseFault } from './fault.ts'
import { LONG_BLOCKS } from './long-block.ts'

const TEXTS = ['markdown', 'lorem', 'emoji', 'references', ...LONG_BLOCKS] as const
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

/** How one request is answered. The description of a setting is shown to the caller whose value is refused. */
const BehaviourSchema = z.strictObject({
  tps: z
    .preprocess((value) => (value === 'max' ? 0 : value), z.coerce.number().min(0).max(1_000_000))
    .describe('tokens per second; 0 or max: as fast as the socket drains'),
  ttft: whole(0, 3_600_000).describe('milliseconds to the first token, 0 to 3600000'),
  ping: whole(0, 3_600_000).describe('milliseconds of silence before a ping; 0: no pings'),
  text: z.enum(TEXTS).describe(`one of ${TEXTS.join(', ')}`),
  tokens: whole(0, 1_000_000).optional().describe('tokens of the answer, 0 to 1000000'),
  thinking: whole(0, 1_000_000)
    .optional()
    .describe('tokens of thinking where the request asks for thinking, 0 (none) to 1000000'),
  fault: z
    .string()
    .refine((value) => parseFault(value) !== undefined)
    .describe(`one of ${FAULTS.join(', ')}`),
  code: whole(400, 599).optional().describe('the HTTP status of fault=status, 400 to 599'),
  'retry-after': whole(0, 1_000_000_000).optional().describe('seconds, with fault=status'),
  'error-type': z
    .string()
    .regex(/^[a-z_]{1,60}$/)
    .optional()
    .describe('the error type of fault=status or fault=error, such as rate_limit_error'),
  times: whole(1, 1_000_000).optional().describe('how many requests of a conversation meet the fault'),
  round: whole(0, 1000)
    .optional()
    .describe(
      'the only request of a loop that meets the fault: 0 is the first, 1 the one with the first results',
    ),
  category: z
    .enum(['cyber', 'bio', 'frontier_llm', 'reasoning_extraction', 'general_harms'])
    .optional()
    .describe('of fault=refusal: cyber, bio, frontier_llm, reasoning_extraction or general_harms'),
  explanation: z
    .string()
    .max(1000)
    .optional()
    .describe("of fault=refusal, in single quotes: 'This could do harm.'"),
  tool: z
    .string()
    .regex(/^[\w.+-]{1,1000}$/)
    .optional()
    .describe('the tool to call, such as shop.add; several in turn: shop.search+shop.add'),
  input: z
    .string()
    .refine((value) => parseInput(value) !== undefined)
    .optional()
    .describe(
      `the input of the call, a JSON object in single quotes: '{"title":"Locks"}'; an array: one for each call`,
    ),
  calls: whole(1, 20)
    .optional()
    .describe('how many tools are called at once, default 1 or as many as tool has'),
  rounds: whole(0, 1000)
    .optional()
    .describe('how many requests in a row are answered with calls of tools, default 1'),
  output: z
    .string()
    .max(200_000)
    .optional()
    .describe(`what is written where JSON was asked for, in single quotes: '{"days":[]}'; it need not fit`),
  pause: whole(1, 1000)
    .optional()
    .describe('how often the answer pauses (stop_reason pause_turn) before it goes on'),
  search: whole(1, 20)
    .optional()
    .describe('how often the web is searched before the answer, where the request offers web_search'),
  fetch: whole(1, 20)
    .optional()
    .describe('how many pages are read before the answer, where the request offers web_fetch'),
  source: z.string().max(4000).optional().describe('the address of the first page, in single quotes'),
  title: z.string().max(4000).optional().describe('the title of the first page, in single quotes'),
  'tool-error': z
    .string()
    .regex(/^[a-z_]{1,60}$/)
    .optional()
    .describe('how searches and fetches fail, such as unavailable'),
  compaction: whole(1, 1).optional().describe('1: the conversation was summarised before the answer'),
  fallback: z
    .string()
    .regex(/^claude-[\w.-]{1,100}$/)
    .optional()
    .describe('the model that answers instead, such as claude-sonnet-5-5'),
})

export type Behaviour = z.infer<typeof BehaviourSchema>
type Key = keyof Behaviour

export const BEHAVIOUR_KEYS = Object.keys(BehaviourSchema.shape).filter(isKey)

/** Settings of a fault, meaningless without one. */
const FAULT_KEYS = ['code', 'retry-after', 'error-type', 'times', 'round', 'category', 'explanation'] as const

/** The speed is about that of Claude. */
const DEFAULTS: Behaviour = { tps: 60, ttft: 600, ping: 3000, text: 'markdown', fault: 'none' }

function isKey(key: string): key is Key {
  return Object.hasOwn(BehaviourSchema.shape, key)
}

export function describeKey(key: Key): string {
  return BehaviourSchema.shape[key].description ?? ''
}

/** A value in single quotes may have spaces and commas. */
const PAIR = /(?:'[^']*'|[^\s,'])+/g

/** Parses `tps=300 tokens=64000`. @throws a 400 `ApiError` that says what is allowed. */
export function parseSettings(settings: string, where: string): Partial<Behaviour> {
  const parsed: Partial<Behaviour> = {}
  for (const [pair] of settings.matchAll(PAIR)) {
    const [key = '', value = ''] = pair.split(/=(.*)/s)
    Object.assign(parsed, parseSetting(key, value.replace(/^'(.*)'$/s, '$1'), where))
  }
  return parsed
}

export function parseSetting(key: string, value: unknown, where: string): Partial<Behaviour> {
  if (!isKey(key)) {
    throw invalidRequest(`${where}: unknown key "${key}". Allowed: ${BEHAVIOUR_KEYS.join(', ')}`)
  }
  const result = BehaviourSchema.shape[key].safeParse(value)
  if (!result.success || value === '') {
    throw invalidRequest(`${where}: "${String(value)}" is not allowed for ${key} (${describeKey(key)})`)
  }
  return { [key]: result.data }
}

/** The objects of `input`: one, or an array of them. Undefined for anything else. */
export function parseInput(json: string): object[] | undefined {
  try {
    const inputs: unknown[] = [JSON.parse(json)].flat()
    return inputs.length > 0 && inputs.every(isObject) ? inputs : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Later layers win. A layer with a fault of its own does not inherit the settings of an earlier fault. */
export function resolveBehaviour(layers: readonly Partial<Behaviour>[]): Behaviour {
  let merged = DEFAULTS
  for (const layer of layers) {
    const base = { ...merged }
    if (layer.fault !== undefined) for (const key of FAULT_KEYS) delete base[key]
    merged = { ...base, ...layer }
  }
  const orphan = FAULT_KEYS.find((key) => merged[key] !== undefined)
  if (merged.fault === 'none' && orphan !== undefined) {
    throw invalidRequest(`simulator: ${orphan} needs a fault, such as fault=status`)
  }
  return merged
}
