/** Limits and prices of a model. Ids that are not listed work too, without them. */
export interface Model {
  readonly id: string
  readonly name: string
  readonly contextTokens: number
  readonly maxOutputTokens: number
  /** US dollars per million tokens. */
  readonly usdPerMTok: {
    readonly input: number
    readonly output: number
    readonly cacheRead: number
    /** For the five-minute cache, which automatic caching uses: 1.25 × input. */
    readonly cacheWrite: number
  }
  /** Above this many prompt tokens, prompt and answer cost `factor` times as much. */
  readonly longPrompt?: { readonly aboveTokens: number; readonly factor: number }
}

/** Fee for one search of Anthropic's web search tool, in US dollars. Fetches of its web fetch tool are free. */
export const USD_PER_WEB_SEARCH = 0.01

/** How hard a model thinks, from the least. */
export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof EFFORTS)[number]

export const DEFAULT_MODEL = 'claude-opus-4-8'

/** Limits and prices as on platform.claude.com/docs, "Models overview" and "Pricing", read 2026-11-22. */
export const MODELS: readonly Model[] = [
  {
    id: 'claude-opus-4-8',
    name: 'Claude Opus 4.8',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    usdPerMTok: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  },
  {
    id: 'claude-opus-5-5',
    name: 'Claude Opus 5.5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    usdPerMTok: { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  },
  {
    id: 'claude-sonnet-5-5',
    name: 'Claude Sonnet 5.5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    usdPerMTok: { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
  },
  {
    id: 'claude-haiku-5-5',
    name: 'Claude Haiku 5.5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    usdPerMTok: { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125 },
    longPrompt: { aboveTokens: 100_000, factor: 5 },
  },
]

/** Finds a model by its id, with or without the date that the API may add (`claude-opus-4-8-20260528`). */
export function findModel(id: string): Model | undefined {
  const undated = id.replace(/-\d{8}$/, '')
  return MODELS.find((model) => model.id === undated)
}
