import { conversationKey, userTexts, withoutDirectives } from './conversation.ts'
import type { Behaviour } from './behaviour.ts'
import { cutDeltas, type Delta, tokensOf, type Writer } from './cut-deltas.ts'
import { type Fault, parseFault } from './fault.ts'
import { longBlockWriter, referencesWriter } from './block-writers.ts'
import { markdownWriter, openAnswer } from './markdown-writer.ts'
import type { MessagesBody } from './messages-body.ts'
import { emojiWriter, loremWriter, thinkingWriter } from './plain-writers.ts'
import { between, hashText, type Random, seededRandom } from './random.ts'
import type { SampleAnswer } from './sample-answers.ts'

export type StopReason = 'end_turn' | 'max_tokens' | 'refusal'

/** Everything about an answer that is decided before its first byte. */
export interface AnswerPlan {
  model: string
  fault: Fault
  stopReason: StopReason
  /** Undefined: no thinking block. `shown` is false when its display is omitted. */
  thinking: { tokens: number; shown: boolean } | undefined
  /** Fresh generators at each call, always the same deltas. */
  thinkingDeltas(): Generator<Delta, void, undefined>
  textDeltas(): Generator<Delta, void, undefined>
  /** For padding and the like: never for what is said. */
  noise: Random
}

const THINKING_BY_EFFORT = { low: 0, medium: 60, high: 120, xhigh: 260, max: 480 } as const

export function planAnswer(
  body: MessagesBody,
  { behaviour, faulty, answers }: { behaviour: Behaviour; faulty: boolean; answers: readonly SampleAnswer[] },
): AnswerPlan {
  const seed = hashText(behaviour.seed ?? conversationKey(body))
  const random = seededRandom(seed)
  const fault: Fault = (faulty && parseFault(behaviour.fault ?? 'none')) || { name: 'none', at: 0 }
  const wantedThinking = thinkingTokens(body, behaviour, random)
  const thinking = Math.min(wantedThinking, body.max_tokens)
  const text = planText(body, { behaviour, random, answers })
  const limit = Math.min(text.tokens, body.max_tokens - thinking)
  const truncated = thinking + text.tokens > body.max_tokens || wantedThinking > thinking

  return {
    model: body.model,
    fault,
    stopReason: stopReasonOf(fault, truncated),
    thinking:
      thinking === 0 ? undefined : { tokens: thinking, shown: body.thinking?.display === 'summarized' },
    thinkingDeltas: () => {
      const own = seededRandom(seed ^ 0x7f_4a_7c_15)
      return cutDeltas(thinkingWriter(own), { tokens: wantedThinking, limit: thinking, random: own })
    },
    textDeltas: () => {
      const own = seededRandom(seed ^ 0x2c_1b_3c_6d)
      const deltas = cutDeltas(text.writer(own), { tokens: text.tokens, limit, random: own })
      return fault.name === 'refusal' || fault.name === 'max_tokens' ? firstOf(deltas, fault.at) : deltas
    },
    noise: seededRandom(seed ^ 0x51_ed_27_0b),
  }
}

function stopReasonOf(fault: Fault, truncated: boolean): StopReason {
  if (fault.name === 'refusal') return 'refusal'
  return truncated || fault.name === 'max_tokens' ? 'max_tokens' : 'end_turn'
}

function thinkingTokens(body: MessagesBody, behaviour: Behaviour, random: Random): number {
  if (body.thinking?.type !== 'adaptive') return 0
  if (behaviour.thinking !== undefined) return behaviour.thinking
  const base = THINKING_BY_EFFORT[body.output_config?.effort ?? 'high']
  return Math.round(base * (0.75 + random() / 2))
}

function planText(
  body: MessagesBody,
  {
    behaviour: { text, tokens },
    random,
    answers,
  }: { behaviour: Behaviour; random: Random; answers: readonly SampleAnswer[] },
): { tokens: number; writer: (random: Random) => Writer } {
  if (text !== 'markdown') {
    return { tokens: tokens ?? between(random, 300, 700), writer: (own) => writerOf(text, own, answers) }
  }
  const opening = openAnswer(random, answers, withoutDirectives(userTexts(body).at(-1) ?? ''))
  if (tokens !== undefined) return { tokens, writer: (own) => markdownWriter(own, answers, opening) }
  const whole = opening.parts.join('\n\n')
  return { tokens: tokensOf(whole), writer: () => onceWriter(whole) }
}

function writerOf(
  text: Exclude<Behaviour['text'], 'markdown'>,
  random: Random,
  answers: readonly SampleAnswer[],
): Writer {
  switch (text) {
    case 'lorem':
      return loremWriter(random)
    case 'emoji':
      return emojiWriter(random)
    case 'references':
      return referencesWriter(random, answers)
    case 'fence':
    case 'list':
    case 'table':
    case 'paragraph':
      return longBlockWriter(random, text, answers)
    default:
      return text satisfies never
  }
}

function onceWriter(text: string): Writer {
  let left = text
  return () => {
    const written = left
    left = ''
    return written
  }
}

function* firstOf(
  deltas: Generator<Delta, void, undefined>,
  count: number,
): Generator<Delta, void, undefined> {
  let left = count
  for (const delta of deltas) {
    if (left === 0) return
    left -= 1
    yield delta
  }
}
