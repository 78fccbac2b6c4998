import { type Passage, tokensOf } from './cut-deltas.ts'

export type PlannedBlock = TextBlock | CallBlock | WholeBlock

interface TextBlock extends Passage {
  type: 'text'
  /** Sent after the text. */
  citations?: object[]
}

/** The text is the JSON of the input. */
interface CallBlock extends Passage {
  type: 'tool_use' | 'server_tool_use'
  id: string
  name: string
}

/** Sent as it is, in its first event. */
export interface WholeBlock {
  type: 'whole'
  block: object
  /** What it counts as in the usage. */
  use?: 'web_search_requests' | 'web_fetch_requests'
}

export function textBlock(text: string, tokens = tokensOf(text)): TextBlock {
  return { type: 'text', text, tokens, limit: tokens }
}

export function callBlock(
  type: CallBlock['type'],
  id: string,
  { name, input }: { name: string; input: unknown },
): CallBlock {
  const text = JSON.stringify(input)
  const tokens = tokensOf(text)
  return { type, id, name, text, tokens, limit: tokens }
}
