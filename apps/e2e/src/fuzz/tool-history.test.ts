import { getEventListeners } from 'node:events'
import {
  type Claude,
  continuedMessages,
  createClaude,
  type DecidedCall,
  type FinishedStep,
  historyOf,
  type RunTools,
  type ToolResult,
  type Turn,
  type TurnStep,
} from '@sluice/claude'
import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { mergeEvents, type RunEvent } from '@sluice/events'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom, type Random, seedFrom } from '../random.ts'

const seed = seedFrom('FUZZ_SEED')
const MODEL = 'claude-opus-4-8'
const DEFINITIONS = ['shop__search', 'shop__add'].map((name) => ({
  name,
  description: name,
  input_schema: { type: 'object' as const, properties: { query: { type: 'string' } } },
}))
const SETTINGS = { model: MODEL, tools: JSON.stringify(DEFINITIONS) }
const LIMITS = { maxChars: 1_000_000, maxMessages: 1000, maxFileBytes: 0, maxFiles: 0 }

let simulator: Simulator
let claude: Claude
beforeAll(async () => {
  simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  claude = createClaude({ apiKey: 'k', baseUrl: simulator.url, idleMs: 10_000, maxRetryAfterMs: 0 })
})
afterAll(() => simulator.close())

/** What the server stores of an answer, in memory. */
class StoredAnswer {
  readonly steps: { content: TurnStep['content']; calls: DecidedCall[] }[] = []
  readonly #begun = new Map<string, ToolResult | undefined>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  add({ step: { content }, calls }: Pick<FinishedStep, 'step' | 'calls'>): void {
    this.steps.push({
      content,
      calls: calls.map((call) => ({ ...call, approved: undefined, result: undefined })),
    })
  }

  get turnSteps(): TurnStep[] {
    return this.steps.map(({ content, calls }) => ({
      content,
      calls: calls.map(({ callId, toolUseId }) => ({
        toolUseId,
        begun: this.#begun.has(callId),
        result: this.#begun.get(callId),
      })),
    }))
  }

  /** A random decision about every call that waits. A declined one has its result from then on. */
  decide(): DecidedCall[] {
    const decided: DecidedCall[] = []
    for (const call of this.steps.at(-1)?.calls ?? []) {
      const isKnown = this.#begun.has(call.callId)
      const approved = isKnown ? undefined : this.#random.chance(0.6)
      decided.push({ ...call, approved, result: this.#begun.get(call.callId) })
      if (approved === false) this.decline(call.callId)
    }
    return decided
  }

  decline(callId: string): void {
    this.#begun.set(callId, { ok: false, output: 'The person declined this call.' })
  }

  /** At times a tool fails, or ignores the signal. */
  tools(stop: AbortController): RunTools {
    return {
      nameOf: (name) => name,
      asksFirst: (name) => name === 'shop__add',
      saveStep: async (step) => this.add(step),
      admitStep: async () => !this.#random.chance(0.05),
      execute: async ({ callId, input }) => {
        expect(this.#begun.has(callId)).toBe(false)
        this.#begun.set(callId, undefined)
        if (this.#random.chance(0.1)) {
          setImmediate(() => stop.abort('stopped'))
          await new Promise<never>(() => {})
        }
        const result = { ok: this.#random.chance(0.8), output: input }
        this.#begun.set(callId, result)
        return result
      },
    }
  }
}

/** Asks as a server does, with an approval where the run waits for one, and stops after `pulls`. */
async function answerTo(
  question: string,
  turns: readonly Turn[],
  random: Random,
  pulls: number,
): Promise<Turn> {
  const stored = new StoredAnswer(random)
  const { messages } = historyOf(turns, question, { ...SETTINGS, ...LIMITS })
  let end = await runOf(stored, { messages, pulls })
  for (
    let approvals = 0;
    end.type === 'done' && end.stopReason === 'approval' && approvals < 3;
    approvals++
  ) {
    const continued = continuedMessages(turns, { question, steps: stored.turnSteps }, SETTINGS)
    const resume = stored.decide()
    // At times the person asks something else instead: all that waits is declined.
    if (random.chance(0.2)) {
      for (const { callId, approved } of resume) if (approved === true) stored.decline(callId)
      break
    }
    end = await runOf(stored, { messages: continued, resume, pulls })
  }
  const cut = end.type === 'error' || (end.type === 'done' && end.stopReason === 'stopped')
  const refused = end.type === 'error' && end.code === 'refused'
  if (end.type === 'error') expect(end.code).not.toBe('invalid_request')
  return {
    ...SETTINGS,
    question,
    steps: stored.turnSteps,
    end: refused ? 'refused' : cut ? 'cut' : 'finished',
  }
}

async function runOf(
  stored: StoredAnswer,
  {
    pulls,
    messages,
    resume,
  }: { pulls: number } & Pick<Parameters<Claude['ask']>[0], 'messages'> & {
      resume?: readonly DecidedCall[]
    },
): Promise<RunEvent> {
  const stop = new AbortController()
  const log: RunEvent[] = []
  const source = claude.ask(
    { model: MODEL, messages, tools: DEFINITIONS, maxTokens: 2000 },
    { tools: stored.tools(stop), resume, onStep: (step) => stored.add({ step, calls: [] }) },
  )
  const { signal } = stop
  for await (const item of source({ runId: 'run', signal, events: async () => mergeEvents(log) })) {
    log.push(...item)
    if (log.length >= pulls) stop.abort('stopped')
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const end = log.at(-1)
  if (end === undefined) throw new Error('no end')
  return end
}

const directives = fc
  .record({
    tool: fc.constantFrom('shop.search', 'shop.add', 'shop.search+shop.add', 'shop.search+shop.search'),
    rounds: fc.constantFrom(0, 1, 2, 3),
    pause: fc.constantFrom(0, 0, 0, 1, 2),
    thinking: fc.constantFrom(0, 20),
    tokens: fc.integer({ min: 1, max: 20 }),
    fault: fc.constantFrom(
      'none',
      'error',
      'reset',
      'drop',
      'eof',
      'half',
      'badjson',
      'max_tokens',
      'refusal',
    ),
    at: fc.integer({ min: 0, max: 30 }),
    round: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ tool, rounds, pause, thinking, tokens, fault, at, round }) => {
    const calls = rounds === 0 ? '' : `tool=${tool} rounds=${rounds}`
    const fails = fault === 'none' ? '' : `fault=${fault}@${at} round=${round}`
    return `[[sim ${calls} ${pause === 0 ? '' : `pause=${pause}`} thinking=${thinking} tokens=${tokens} ${fails}]]`
  })
const asked = fc.record({ directive: directives, pulls: fc.constantFrom(1, 2, 3, 5, 8, 13, 999, 999, 999) })

test('whatever cuts a loop short and wherever, Claude takes the conversation back, thinking included', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 3 }), fc.nat(), async (questions, draw) => {
      const random = createRandom(draw)
      const turns: Turn[] = []
      for (const { directive, pulls } of questions) {
        turns.push(await answerTo(`A question ${directive}`, turns, random, pulls))
      }
      const last = await answerTo('Continue. [[sim tokens=5 thinking=5]]', turns, createRandom(0), 999)
      expect(last.end).toBe('finished')
    }),
    { seed, numRuns: 150 },
  )
  const { requests } = simulator.stats()
  expect(requests.filter(({ status }) => status === 400)).toEqual([])
})
