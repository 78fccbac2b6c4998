import type { Effort } from '@sluice/claude/models'
import type { Behaviour } from './behaviour.ts'
import { chooseAnswer } from './choose-answer.ts'
import { chooseCalls, WORDS } from './choose-calls.ts'
import { conversationKey, lastPrompt } from './conversation.ts'
import { charsOf, cutDeltas, cutInput, type Passage, tokensOf } from './cut-deltas.ts'
import { type Fault, parseFault } from './fault.ts'
import { writeLongBlock } from './long-block.ts'
import { newCallId, newId } from './message.ts'
import { messagePrefixes } from './message-prefixes.ts'
import type { MessagesBody } from './messages-body.ts'
import { callBlock, type PlannedBlock, textBlock } from './planned-block.ts'
import { between, hashText, type Random, seededRandom } from './random.ts'
import type { Samples } from './sample-answers.ts'
import { tellResults } from './tell-results.ts'
import { toolLoopOf } from './tool-loop.ts'
import { searchResult, webBlocks } from './web-answer.ts'
import { writeOutput } from './write-output.ts'
import { writeMarkdown, writeSentences } from './write-text.ts'

type StopReason = 'end_turn' | 'max_tokens' | 'refusal' | 'tool_use' | 'pause_turn'

/** Everything about an answer, decided before its first byte. */
export interface AnswerPlan {
  /** The one that answers. */
  model: string
  /** The conversation was summarised before. */
  compacted: boolean
  fault: Fault
  stopReason: StopReason
  /** Of a refusal. */
  refusal: Pick<Behaviour, 'category' | 'explanation'>
  /**
   * Undefined: no thinking block. `shown` is false when the request omits its display. `after` is a digest of the
   * request, for the signature.
   */
  thinking: (Passage & { shown: boolean; after: string }) | undefined
  blocks: PlannedBlock[]
}

const NO_FAULT: Fault = { name: 'none', at: 0 }
const THINKING_BY_EFFORT: Record<Effort, number> = { low: 0, medium: 60, high: 120, xhigh: 260, max: 480 }

/** The same conversation gets the same plan, but for the ids of calls. */
export function planAnswer(body: MessagesBody, behaviour: Behaviour, samples: Samples): AnswerPlan {
  const { max_tokens } = body
  const random = seededRandom(hashText(conversationKey(body)))
  const fault = parseFault(behaviour.fault) ?? NO_FAULT
  const thinkingTokens = drawThinking(body, behaviour, random)
  const thinkingLimit = Math.min(thinkingTokens, max_tokens)
  const blocks = planBlocks(body, behaviour, { random, samples, isThoughtOut: thinkingLimit > 0 })
  const tokens = blocks.reduce((sum, block) => sum + (block.type === 'whole' ? 0 : block.tokens), 0)
  return {
    model: behaviour.fallback ?? body.model,
    compacted: behaviour.compaction === 1,
    fault,
    stopReason: stopReasonOf(fault, thinkingTokens + tokens > max_tokens, blocks.at(-1)),
    refusal: behaviour,
    thinking:
      thinkingLimit === 0
        ? undefined
        : {
            text: writeSentences(random, charsOf(thinkingTokens), samples.thinking),
            tokens: thinkingTokens,
            limit: thinkingLimit,
            shown: body.thinking?.display === 'summarized',
            after: messagePrefixes(body).at(-1) ?? '',
          },
    blocks: cutBlocks(blocks, {
      tokens: max_tokens - thinkingLimit,
      deltas: fault.name === 'refusal' || fault.name === 'max_tokens' ? fault.at : Infinity,
    }),
  }
}

/** An answer that says exactly this. */
export function planText(model: string, text: string): AnswerPlan {
  const blocks = [textBlock(text)]
  const plan = { stopReason: 'end_turn', refusal: {}, thinking: undefined, compacted: false } as const
  return { ...plan, model, fault: NO_FAULT, blocks }
}

function stopReasonOf({ name }: Fault, truncated: boolean, last: PlannedBlock | undefined): StopReason {
  if (name === 'refusal') return 'refusal'
  if (truncated || name === 'max_tokens') return 'max_tokens'
  if (last?.type === 'server_tool_use') return 'pause_turn'
  return last?.type === 'tool_use' ? 'tool_use' : 'end_turn'
}

function planBlocks(
  body: MessagesBody,
  behaviour: Behaviour,
  { random, samples, isThoughtOut }: { random: Random; samples: Samples; isThoughtOut: boolean },
): PlannedBlock[] {
  const loop = toolLoopOf(body)
  const question = lastPrompt(body)
  const blocks: PlannedBlock[] =
    loop.paused?.id === undefined ? [] : [searchResult(loop.paused.id, behaviour)]
  if (loop.pauses < (behaviour.pause ?? 0)) {
    const search = { name: 'web_search', input: { query: question.slice(0, 80) } }
    return [
      ...blocks,
      textBlock('I’ll look that up.'),
      callBlock('server_tool_use', newId('srvtoolu_01'), search),
    ]
  }
  const web = loop.round === 0 ? webBlocks(body, behaviour, question) : []
  blocks.push(...web)
  const calls = chooseCalls(body, behaviour, random)
  const format = body.output_config?.format ?? undefined
  for (const [index, call] of calls.entries()) {
    const name = call.name.replaceAll('__', '.')
    if (format === undefined && index === 0 && random() < 0.8) blocks.push(textBlock(`I’ll use ${name}.`))
    if (format === undefined && index > 0 && random() < 0.3) blocks.push(textBlock(`And ${name}.`))
    blocks.push(callBlock('tool_use', newCallId(isThoughtOut), call))
  }
  if (calls.length > 0) return blocks
  if (format) {
    const written = writeOutput(format.schema, behaviour, { random, words: WORDS, prompt: question })
    return [...blocks, textBlock(written)]
  }
  const { tokens } = behaviour
  if (web.length > 0 && tokens === undefined) return blocks
  if (web.length > 0) blocks.push(textBlock('\n\n'))
  // With a new prompt behind them they are old news, such as that a call was interrupted.
  const told = loop.round === 0 ? '' : tellResults(loop.results)
  if (told === '')
    return [...blocks, textBlock(writeAnswer(random, behaviour, { samples, question }), tokens)]
  if (tokens === undefined) return [...blocks, textBlock(told)]
  const rest = { ...behaviour, tokens: Math.max(0, tokens - tokensOf(told)) }
  return [...blocks, textBlock(`${told}\n\n${writeAnswer(random, rest, { samples, question })}`, tokens)]
}

/** What is sent until the tokens are used up, or the deltas; the start and the end of a call count as one each. */
function cutBlocks(blocks: readonly PlannedBlock[], { tokens, deltas }: { tokens: number; deltas: number }) {
  const kept: PlannedBlock[] = []
  for (const block of blocks) {
    if (deltas <= 0 || (tokens <= 0 && kept.length > 0)) break
    if (block.type === 'whole') {
      kept.push(block)
      continue
    }
    const isText = block.type === 'text'
    const part = { ...block, limit: Math.min(block.tokens, tokens), maxDeltas: isText ? deltas : deltas - 1 }
    kept.push(part)
    tokens -= part.limit
    if (deltas < Infinity) deltas -= isText ? [...cutDeltas(part)].length : [...cutInput(part)].length + 2
  }
  return kept
}

function drawThinking(body: MessagesBody, { thinking }: Behaviour, random: Random): number {
  const share = 0.75 + random() / 2
  if (body.thinking?.type !== 'adaptive') return 0
  return thinking ?? Math.round(THINKING_BY_EFFORT[body.output_config?.effort ?? 'high'] * share)
}

function writeAnswer(
  random: Random,
  { text, tokens }: Behaviour,
  { samples, question }: { samples: Samples; question: string },
): string {
  const { answers } = samples
  if (text === 'markdown') {
    const first = chooseAnswer(random, answers, question)
    return tokens === undefined
      ? first.parts.join('\n\n')
      : writeMarkdown(random, charsOf(tokens), { first, answers })
  }
  const chars = charsOf(tokens ?? between(random, 300, 700))
  return text === 'lorem' || text === 'emoji'
    ? writeSentences(random, chars, samples[text])
    : writeLongBlock(random, chars, { kind: text, answers })
}
