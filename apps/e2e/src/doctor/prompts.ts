/** The input of a run. */
export interface Question {
  readonly prompt: string
  readonly maxTokens?: number
  readonly model?: string
  readonly effort?: 'low'
}

export interface Questions {
  /** For an answer that streams for some time. */
  readonly flowing: Question
  /** For an answer whose only reader leaves. */
  readonly left: Question
  /** For an answer that begins and then pauses. Only the simulator can do this. */
  readonly silent: Question | undefined
}

const COUNT = 'Count from one to one thousand in English words, separated by commas. Write nothing else.'

export function questionsFor(simulator: boolean, model: string | undefined): Questions {
  const which = model === undefined ? {} : { model }
  if (!simulator) {
    return {
      flowing: { prompt: COUNT, maxTokens: 600, effort: 'low', ...which },
      left: { prompt: COUNT, maxTokens: 1000, effort: 'low', ...which },
      silent: undefined,
    }
  }
  const silence = 'Then be silent. [[sim tps=max ttft=0 thinking=0 fault=stall-pings@3]]'
  return {
    flowing: { prompt: 'Flow. [[sim tps=40 ttft=0 thinking=0 tokens=4000]]', ...which },
    left: { prompt: silence, ...which },
    silent: { prompt: silence, ...which },
  }
}

const PROMPT_TOKENS = 60

/** The most that both questions can cost, in US dollars; undefined if the price is not known. */
export function maxCostUsd(
  { flowing, left }: Questions,
  prices: { input: number; output: number } | undefined,
): number | undefined {
  if (!prices) return undefined
  const output = (flowing.maxTokens ?? 0) + (left.maxTokens ?? 0)
  return (2 * PROMPT_TOKENS * prices.input + output * prices.output) / 1e6
}
