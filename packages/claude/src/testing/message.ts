type WireBlock = Record<string, unknown> & { type: string }

/** The stream events of one answer: its blocks, in deltas of two pieces each. */
export function messageEvents(
  stopReason: string,
  blocks: readonly WireBlock[],
  { outputTokens = 7, stopDetails = null }: { outputTokens?: number; stopDetails?: object | null } = {},
): { type: string; [key: string]: unknown }[] {
  return [
    {
      type: 'message_start',
      message: { id: 'msg', model: 'claude-opus-4-8', usage: { input_tokens: 9, output_tokens: 1 } },
    },
    ...blocks.flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: { stop_reason: stopReason, stop_sequence: null, stop_details: stopDetails },
      usage: { output_tokens: outputTokens },
    },
    { type: 'message_stop' },
  ]
}

export const text = (words: string) => ({ type: 'text', text: words }) as const
export const thinking = (thought: string, signature = 'sig') =>
  ({ type: 'thinking', thinking: thought, signature }) as const
export const toolUse = (id: string, name: string, input: object = {}) =>
  ({ type: 'tool_use', id, name, input }) as const

function blockEvents(block: WireBlock, index: number) {
  const delta = (fields: object) => ({ type: 'content_block_delta', index, delta: fields })
  const pieces = (type: string, key: string, value: unknown) =>
    halves(String(value)).map((piece) => delta({ type, [key]: piece }))
  const start = (content_block: object) => ({ type: 'content_block_start', index, content_block })
  const stop = { type: 'content_block_stop', index }
  switch (block.type) {
    case 'text': {
      const { text: words, citations, ...rest } = block
      const cited = Array.isArray(citations) ? citations : []
      return [
        start({ ...rest, text: '', ...(citations === undefined ? {} : { citations: [] }) }),
        ...pieces('text_delta', 'text', words),
        ...cited.map((citation) => delta({ type: 'citations_delta', citation })),
        stop,
      ]
    }
    case 'thinking':
      return [
        start({ ...block, thinking: '', signature: '' }),
        ...pieces('thinking_delta', 'thinking', block['thinking']),
        delta({ type: 'signature_delta', signature: block['signature'] }),
        stop,
      ]
    case 'tool_use':
    case 'server_tool_use': {
      const json = JSON.stringify(block['input'])
      return [
        start({ ...block, input: {} }),
        delta({ type: 'input_json_delta', partial_json: '' }),
        ...(json === '{}' ? [] : pieces('input_json_delta', 'partial_json', json)),
        stop,
      ]
    }
    default:
      return [start(block), stop]
  }
}

function halves(value: string): string[] {
  const middle = Math.ceil(value.length / 2)
  return [value.slice(0, middle), value.slice(middle)]
}
