/** What a run is started with. */
export interface Question {
  readonly prompt: string
  readonly maxTokens?: number
  readonly model?: string
  readonly effort?: 'low'
}

export interface Questions {
  /** An answer that flows for some time. */
  readonly flowing: Question
  /** An answer whose only reader leaves. */
  readonly left: Question
  /** An answer that begins and then falls silent; only the simulator can be asked for one. */
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

/** US dollars at most, for both questions; undefined where the price is not known. */
export function mostItCosts(
  { flowing, left }: Questions,
  prices: { input: number; output: number } | undefined,
): number | undefined {
  if (!prices) return undefined
  const output = (flowing.maxTokens ?? 0) + (left.maxTokens ?? 0)
  return (2 * PROMPT_TOKENS * prices.input + output * prices.output) / 1e6
}
