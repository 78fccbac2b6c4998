import { z } from 'zod'
import { ClaudeError } from './claude-error.ts'
import { plainLine } from './plain-line.ts'

/** Of structured output, in UTF-16 code units. The longest answers of Claude have half of it. */
export const MAX_OUTPUT_CHARS = 1_000_000
/** Of objects and arrays in each other. */
const MAX_DEPTH = 64
const MAX_ISSUES = 3
const MAX_SHOWN_CHARS = 300

/** Why structured output is not what was asked for; undefined when it is. */
export function checkOutput(schema: z.ZodType, json: string, stopReason: string): ClaudeError | undefined {
  if (stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded') {
    return invalid(
      `cut off (${stopReason})`,
      'Cut off: Claude’s answer reached its limit before it was complete.',
    )
  }
  if (json.length > MAX_OUTPUT_CHARS) return tooLong()
  if (depthOf(json) > MAX_DEPTH) {
    return invalid('too deep', `Claude’s answer is nested deeper than ${MAX_DEPTH} levels.`)
  }
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return invalid('no JSON', 'Claude’s answer is not the JSON that was asked for.')
  }
  const { error } = schema.safeParse(value)
  if (!error) return undefined
  const misfits = error.issues.slice(0, MAX_ISSUES).map(describe)
  return invalid('does not fit', `Claude’s answer does not fit: ${misfits.join('; ')}`)
}

/** Also while more would follow. */
export function tooLong(): ClaudeError {
  return invalid('too long', `Claude’s answer is longer than ${MAX_OUTPUT_CHARS} characters.`)
}

function invalid(reason: string, shown: string): ClaudeError {
  return new ClaudeError('invalid_output', reason, { shown: plainLine(shown, MAX_SHOWN_CHARS) })
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`
}

/** The deepest nesting. In one pass, whatever the text is. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < json.length; i++) {
    const char = json[i]
    if (char === '"') inString = !inString
    else if (inString) i += char === '\\' ? 1 : 0
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ']' || char === '}') depth -= 1
  }
  return deepest
}
