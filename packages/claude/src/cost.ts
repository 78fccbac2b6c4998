import { CHARS_PER_TOKEN, type Usage } from '@sluice/events'
import { type ClaudeRequest, DEFAULT_MAX_TOKENS, promptChars } from './claude-request.ts'
import { type FileBlock, filesOf } from './file-block.ts'
import { findModel, MODELS, USD_PER_WEB_SEARCH } from './models.ts'
import { MAX_PAGE_TOKENS, type WebTool } from './web-tools.ts'

type Tokens = Omit<Usage, 'estimated'>

/** One of the model calls that Anthropic made for a request: the answer's own, or those of a compaction or an advisor. */
export interface Iteration extends Tokens {
  readonly type: string
  /** Default: the model that answered. */
  readonly model?: string | undefined
}

/** What a call costs beside the tokens of its usage. */
export interface Extras {
  /** All of them, as Claude lists them at the end. Default: only those of the usage. */
  readonly iterations?: readonly Iteration[]
  readonly webSearches?: number
}

/** The iterations that the call's own usage is the sum of. It leaves out the others. */
const IN_USAGE: ReadonlySet<string> = new Set(['message', 'fallback_message'])

/** The cost of a call in US dollars, rounded to a millionth; null when a model has no known prices. */
export function costUsd(
  modelId: string,
  usage: Tokens,
  { iterations = [], webSearches = 0 }: Extras = {},
): number | null {
  // Each at its own model's price, and with the length of its own prompt.
  const calls = iterations.some(({ type }) => IN_USAGE.has(type))
    ? iterations
    : [{ ...usage, model: modelId }, ...iterations]
  let sum = webSearches * USD_PER_WEB_SEARCH
  for (const { model = modelId, ...tokens } of calls) {
    const usd = tokensUsd(model, tokens)
    if (usd === null) return null
    sum += usd
  }
  return Math.round(sum * 1_000_000) / 1_000_000
}

function tokensUsd(modelId: string, usage: Tokens): number | null {
  const model = findModel(modelId)
  if (!model) return null
  const { usdPerMTok, longPrompt } = model
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  const factor = longPrompt && promptTokens > longPrompt.aboveTokens ? longPrompt.factor : 1
  const microUsd =
    usage.inputTokens * usdPerMTok.input +
    usage.outputTokens * usdPerMTok.output +
    usage.cacheReadTokens * usdPerMTok.cacheRead +
    usage.cacheWriteTokens * usdPerMTok.cacheWrite
  return (microUsd * factor) / 1_000_000
}

/** As {@link costUsd}, for budgets: a model without known prices counts as the most expensive one. */
export function budgetedUsd(modelId: string, usage: Usage): number {
  return costUsd(modelId, usage) ?? Math.max(...MODELS.map(({ id }) => costUsd(id, usage) ?? 0))
}

/** The API makes smaller what would have more. */
const MAX_IMAGE_TOKENS = 1600
/** A page has up to 3,000 tokens, and few pages have less than this for each of them. */
const BYTES_PER_PDF_TOKEN = 2

/**
 * The most that a call may cost, in US dollars: the maximum of output tokens, a prompt that is written to the cache, and
 * all searches and pages that are allowed. The prompt's tokens are estimated from its text and the size of its files, and
 * are no more than the model takes.
 */
export function worstCaseUsd(request: ClaudeRequest): number {
  const textTokens =
    Math.ceil(promptChars(request) / CHARS_PER_TOKEN) + maxUses(request, 'web_fetch') * MAX_PAGE_TOKENS
  const promptTokens = filesOf(request.messages).reduce((sum, file) => sum + fileTokens(file), textTokens)
  const tokenUsd = budgetedUsd(request.model, {
    inputTokens: 0,
    outputTokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
    cacheReadTokens: 0,
    cacheWriteTokens: Math.min(promptTokens, contextTokens(request.model)),
    estimated: true,
  })
  return tokenUsd + maxUses(request, 'web_search') * USD_PER_WEB_SEARCH
}

function maxUses({ tools = [] }: ClaudeRequest, name: WebTool['name']): number {
  const tool = tools.find((each) => each.name === name)
  return tool !== undefined && 'max_uses' in tool ? (tool.max_uses ?? 0) : 0
}

function fileTokens({ type, size }: FileBlock): number {
  return type === 'image' ? MAX_IMAGE_TOKENS : Math.ceil(size / BYTES_PER_PDF_TOKEN)
}

function contextTokens(modelId: string): number {
  return findModel(modelId)?.contextTokens ?? Math.max(...MODELS.map((model) => model.contextTokens))
}
