import { cutLength, MAX_OUTPUT_CHARS, type WebSource } from '@sluice/events'
import type { WireBlock } from './answer-blocks.ts'
import { plainLine } from './plain-line.ts'
import type { ToolResult } from './tools.ts'
import { webPages } from './web-pages.ts'

const CUT = ' … (cut)'

export interface HostedResult extends ToolResult {
  readonly toolUseId: string
  /** What a search found, or the page that was read. */
  readonly pages: readonly WebSource[]
}

/** What a tool that Anthropic executes has returned; undefined for another block. */
export function hostedResult(block: WireBlock): HostedResult | undefined {
  const { type, tool_use_id: toolUseId, content, is_error } = block
  if (!type.endsWith('_tool_result') || typeof toolUseId !== 'string') return undefined
  const error = errorOf(content)
  if (error !== undefined) return { toolUseId, ok: false, output: error, pages: [] }
  const output = bounded(JSON.stringify(content ?? null, withoutUnreadable))
  return { toolUseId, ok: is_error !== true, output, pages: webPages([content].flat()) }
}

/** Encrypted content is most of what a search returns. A file, such as a PDF, is base64. */
function withoutUnreadable(key: string, value: unknown): unknown {
  if (key.startsWith('encrypted_')) return undefined
  const { type } = (value ?? {}) as { type?: unknown }
  return type === 'base64' ? { ...Object(value), data: undefined } : value
}

/** As in `web_search_tool_result_error`. */
function errorOf(content: unknown): string | undefined {
  const { type, error_code: code } = (content ?? {}) as { type?: unknown; error_code?: unknown }
  if (typeof type !== 'string' || !type.endsWith('_error')) return undefined
  const known = ERRORS.get(code)
  if (known !== undefined) return known
  const reason = typeof code === 'string' ? plainLine(code.replaceAll('_', ' '), 100) : ''
  return reason === '' ? 'It failed.' : `It failed: ${reason}.`
}

const ERRORS: ReadonlyMap<unknown, string> = new Map([
  ['content_too_large', 'The page is too large.'],
  ['execution_time_exceeded', 'It took too long.'],
  ['invalid_tool_input', 'The input is not valid.'],
  ['max_uses_exceeded', 'It was used as often as one request allows.'],
  ['query_too_long', 'The query is too long.'],
  ['request_too_large', 'The request is too large.'],
  ['too_many_requests', 'There were too many requests. Try again in a moment.'],
  ['unavailable', 'It is not available right now.'],
  ['unsupported_content_type', 'The page is of a type that Claude cannot read.'],
  ['url_not_accessible', 'The page could not be read.'],
  ['url_not_allowed', 'The address is not allowed.'],
  ['url_not_in_prior_context', 'Claude may only read addresses that were mentioned before.'],
  ['url_too_long', 'The address is too long.'],
])

function bounded(output: string): string {
  if (output.length <= MAX_OUTPUT_CHARS) return output
  return output.slice(0, cutLength(output, MAX_OUTPUT_CHARS - CUT.length)) + CUT
}
