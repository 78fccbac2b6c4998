import type { AnswerPlan, StopReason } from './answer-plan.ts'
import { hashText, seededRandom } from './random.ts'
import type { PromptUsage } from './prompt-cache.ts'

export interface ServedTokens {
  thinking: number
  text: number
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789'

/** `req_011C…`, `msg_01…`: unique within a process, which is all that is needed. */
export function newId(prefix: 'req_011C' | 'msg_01'): string {
  let id: string = prefix
  for (let count = 0; count < 20; count += 1) id += ALPHABET[Math.floor(Math.random() * ALPHABET.length)]
  return id
}

/** The message as `message_start` has it: no content, and a first guess at the usage. */
export function startOfMessage(options: { id: string; model: string; usage: PromptUsage }) {
  const { id, model, usage } = options
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
export function totalUsage(usage: PromptUsage, served: ServedTokens) {
  return {
    ...usage,
    output_tokens: served.thinking + served.text,
    output_tokens_details: { thinking_tokens: served.thinking },
    server_tool_use: null,
  }
}

export function stopDetails(reason: StopReason) {
  return reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null
}

/** Looks like one; it signs nothing. */
export function signatureOf(plan: AnswerPlan): string {
  const random = seededRandom(hashText(plan.model) ^ Math.floor(plan.noise() * 4_294_967_296))
  return Buffer.from(Array.from({ length: 220 }, () => Math.floor(random() * 256))).toString('base64')
}

/** The whole message, as the request without `stream` gets it. */
export function wholeMessage(options: { id: string; plan: AnswerPlan; usage: PromptUsage }) {
  const { id, plan, usage } = options
  const served = { thinking: plan.thinking?.tokens ?? 0, text: 0 }
  let text = ''
  for (const delta of plan.textDeltas()) {
    text += delta.text
    served.text += delta.tokens
  }
  const thinking = plan.thinking?.shown
    ? Array.from(plan.thinkingDeltas(), (delta) => delta.text).join('')
    : ''
  const start = startOfMessage({ id, model: plan.model, usage })
  const content = [
    ...(plan.thinking === undefined ? [] : [{ type: 'thinking', thinking, signature: signatureOf(plan) }]),
    ...(plan.fault.name === 'unknown'
      ? [{ type: 'hologram', text: 'a kind of block you have not met' }]
      : []),
    ...(text === '' ? [] : [{ type: 'text', text, citations: null }]),
  ]
  if (plan.fault.name === 'reorder') content.reverse()
  const message = {
    ...start,
    content,
    stop_reason: plan.stopReason,
    stop_details: stopDetails(plan.stopReason),
    usage: { ...start.usage, ...totalUsage(usage, served) },
  }
  return { message, text, thinking, tokens: served.thinking + served.text }
}
