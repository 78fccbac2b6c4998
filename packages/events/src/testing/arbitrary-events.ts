import * as fc from 'fast-check'
import type { DoneEvent, ErrorEvent, RunEvent } from '../run-event.ts'
import { ErrorCodeSchema } from '../run-event.ts'

/** Text of all the kinds that positions could get wrong: pairs, joined emoji, and halves of pairs alone. */
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
    stopReason: fc.constantFrom('end_turn', 'max_tokens', 'stopped'),
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

/** Anything a run says before its end: mostly text, empty at times, now and then a `start`. */
export const anyPiece: fc.Arbitrary<RunEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('text'), text: anyText }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('thinking'), text: anyText }) },
  { weight: 1, arbitrary: fc.constant({ type: 'start', model: 'a-model', runId: 'a-run' }) },
)

export const anyPieces: fc.Arbitrary<RunEvent[]> = fc.array(anyPiece, { maxLength: 12 })
