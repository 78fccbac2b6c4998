import { randomBytes } from 'node:crypto'
import type { AnswerPlan } from './answer-plan.ts'
import { parseInput } from './behaviour.ts'
import { cutDeltas, cutInput, type Delta } from './cut-deltas.ts'
import type { CallPiece } from './frame.ts'
import { signThinking } from './message-prefixes.ts'
import type { PromptUsage } from './prompt-cache.ts'

/** `req_011C…`, `msg_01…`, `srvtoolu_01…` */
export function newId(prefix: 'req_011C' | 'msg_01' | 'srvtoolu_01'): string {
  return prefix + randomBytes(10).toString('hex')
}

/** `toolu_01…`. It tells whether thinking came before the call, which has to come back with it. */
export function newCallId(isThoughtOut: boolean): string {
  return `toolu_01${isThoughtOut ? 'T' : 'A'}${randomBytes(10).toString('hex')}`
}

export function hasThinking(callId: string | undefined): boolean {
  return callId?.startsWith('toolu_01T') === true
}

/** The message as `message_start` has it: without content, and with a first guess at the usage. */
export function startOfMessage({ id, model, usage }: { id: string; model: string; usage: PromptUsage }) {
  return {
    model,
    id,
    type: 'message',
    role: 'assistant',
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: {
      ...usage,
      cache_creation: {
        ephemeral_5m_input_tokens: usage.cache_creation_input_tokens,
        ephemeral_1h_input_tokens: 0,
      },
      output_tokens: 1,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: 'standard',
      inference_geo: 'not_available',
      speed: null,
    },
  }
}

/** Cumulative, as in `message_delta`. */
export function totalUsage(plan: AnswerPlan, usage: PromptUsage, served: { thinking: number; text: number }) {
  const tokens = { ...usage, output_tokens: served.thinking + served.text }
  return {
    ...tokens,
    output_tokens_details: { thinking_tokens: served.thinking },
    server_tool_use: usesOf(plan),
    ...(plan.compacted && { iterations: [COMPACTION, { type: 'message', ...tokens }] }),
  }
}

/** Its tokens are paid for, and not in the usage. */
const COMPACTION = {
  type: 'compaction',
  input_tokens: 4000,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 400,
}

function usesOf({ blocks }: AnswerPlan) {
  const uses = blocks.flatMap((block) => (block.type === 'whole' && block.use ? [block.use] : []))
  if (uses.length === 0) return null
  const count = (use: (typeof uses)[number]) => uses.filter((each) => each === use).length
  return {
    web_search_requests: count('web_search_requests'),
    web_fetch_requests: count('web_fetch_requests'),
  }
}

/** The part of `message_delta` and of a whole message that says how it ended. */
export function endOfMessage({ stopReason, refusal: { category, explanation } }: AnswerPlan) {
  return {
    stop_reason: stopReason,
    stop_sequence: null,
    stop_details:
      stopReason === 'refusal'
        ? { type: 'refusal', category: category ?? null, explanation: explanation ?? null }
        : null,
  }
}

/** The whole message, as a request without `stream` gets it, and what it counts. */
export function wholeMessage({ id, plan, usage }: { id: string; plan: AnswerPlan; usage: PromptUsage }) {
  const counts = { thinking: '', text: '', tokens: 0, calls: [] as CallPiece[] }
  const content: object[] = []
  if (plan.thinking !== undefined) {
    if (plan.thinking.shown) counts.thinking = joined(cutDeltas(plan.thinking)).text
    content.push({
      type: 'thinking',
      thinking: counts.thinking,
      signature: signThinking(plan.thinking.after, counts.thinking),
    })
  }
  for (const block of plan.blocks) {
    if (block.type === 'whole') content.push(block.block)
    else if (block.type === 'text') {
      const { text, tokens } = joined(cutDeltas(block))
      counts.tokens += tokens
      counts.text += text
      if (text !== '') content.push({ type: 'text', text, citations: block.citations ?? null })
    } else {
      const { type, id: callId, name } = block
      const { text, tokens } = joined(cutInput(block))
      counts.tokens += tokens
      if (type === 'tool_use') counts.calls.push({ id: callId, name, input: text })
      content.push({ ...startOfCall(block), input: parseInput(text)?.[0] ?? {} })
    }
  }
  const served = { thinking: plan.thinking?.limit ?? 0, text: counts.tokens }
  const start = startOfMessage({ id, model: plan.model, usage })
  const message = {
    ...start,
    ...endOfMessage(plan),
    content,
    usage: { ...start.usage, ...totalUsage(plan, usage, served) },
  }
  return { message, counts: { ...counts, tokens: served.thinking + served.text } }
}

/** As in `content_block_start`, before its input. */
export function startOfCall({ type, id, name }: { type: string; id: string; name: string }) {
  return { type, id, name, input: {}, ...(type === 'tool_use' && { caller: { type: 'direct' } }) }
}

function joined(deltas: Iterable<Delta>): Delta {
  let whole = { text: '', tokens: 0 }
  for (const { text, tokens } of deltas) whole = { text: whole.text + text, tokens: whole.tokens + tokens }
  return whole
}
