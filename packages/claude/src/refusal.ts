import { ClaudeError } from './claude-error.ts'
import { plainLine } from './plain-line.ts'
import type { WireStopDetails } from './wire-event.ts'

/** In UTF-16 code units. Explanations of the API are a sentence or two. */
const MAX_EXPLANATION_CHARS = 500
const MAX_CATEGORY_CHARS = 60

/** Claude's refusal to answer, with its reason where Claude gives one. */
export function refusal(details: WireStopDetails | undefined): ClaudeError {
  const explanation = plainLine(details?.explanation, MAX_EXPLANATION_CHARS)
  const category = plainLine(details?.category, MAX_CATEGORY_CHARS).replaceAll('_', ' ')
  const shown = ['Claude declined to answer this.', explanation, category && `(Category: ${category}.)`]
  return new ClaudeError('refused', 'stop_reason: refusal', { shown: shown.filter(Boolean).join(' ') })
}
