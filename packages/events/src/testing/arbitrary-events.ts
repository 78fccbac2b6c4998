import * as fc from 'fast-check'
import type { DoneEvent, ErrorEvent, RunEvent } from '../run-event.ts'
import { ErrorCodeSchema } from '../run-event.ts'

/** Text that is hard to count: surrogate pairs, joined emoji, and lone halves of pairs. */
export const anyText: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom('a', 'é', ' ', '\r\n', '\0', '\u2028', '😀', '👩‍👩‍👧', '\ud83d', '\ude00'),
  maxLength: 12,
})

const anyTokens = fc.nat({ max: 1_000_000 })

const anyUsage = fc.record({
  inputTokens: anyTokens,
  outputTokens: anyTokens,
  cacheReadTokens: anyTokens,
  cacheWriteTokens: anyTokens,
  estimated: fc.boolean(),
})
const anyCost = fc.option(fc.double({ min: 0, max: 100, noNaN: true }))

export const anyDone: fc.Arbitrary<DoneEvent> = fc.record(
  {
    type: fc.constant('done'),
    stopReason: fc.constantFrom('end_turn', 'max_tokens', 'stopped', 'approval'),
    usage: anyUsage,
    costUsd: anyCost,
    model: fc.constant('another-model'),
  },
  { requiredKeys: ['type', 'stopReason', 'usage', 'costUsd'] },
)

export const anyError: fc.Arbitrary<ErrorEvent> = fc.record(
  {
    type: fc.constant('error'),
    code: fc.constantFrom(...ErrorCodeSchema.options),
    message: anyText,
    retryable: fc.boolean(),
    usage: anyUsage,
    costUsd: anyCost,
    model: fc.constant('another-model'),
  },
  { requiredKeys: ['type', 'code', 'message', 'retryable'] },
)

const anyCallId = fc.constantFrom('call-1', 'call-2')

const anyToolEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({
    type: fc.constant('tool_call'),
    callId: anyCallId,
    name: fc.constant('shop.add'),
    by: fc.constantFrom('server', 'claude'),
  }),
  fc.record({
    type: fc.constant('tool_state'),
    callId: anyCallId,
    state: fc.constantFrom('waiting', 'running'),
  }),
  fc.record({ type: fc.constant('tool_result'), callId: anyCallId, ok: fc.boolean(), output: anyText }),
)

const anySource: fc.Arbitrary<RunEvent> = fc.record(
  {
    type: fc.constant('source'),
    url: fc.constantFrom('https://a.example/', 'https://b.example/'),
    title: anyText,
    callId: anyCallId,
  },
  { requiredKeys: ['type', 'url', 'title'] },
)

const anyStep: fc.Arbitrary<RunEvent> = fc.record({
  type: fc.constant('step'),
  model: fc.constant('another-model'),
  usage: anyUsage,
  costUsd: anyCost,
})

/** Events before the end of a run, in any order: mostly text, sometimes empty. */
export const anyPiece: fc.Arbitrary<RunEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('text'), text: anyText }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('thinking'), text: anyText }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('tool_input'), callId: anyCallId, text: anyText }),
  },
  { weight: 2, arbitrary: anyToolEvent },
  { weight: 2, arbitrary: anySource },
  { weight: 1, arbitrary: anyStep },
  { weight: 1, arbitrary: fc.constant({ type: 'start', model: 'a-model', runId: 'a-run' }) },
)

export const anyPieces: fc.Arbitrary<RunEvent[]> = fc.array(anyPiece, { maxLength: 12 })
