import type Anthropic from '@anthropic-ai/sdk'
import type { ToolCall } from './tools.ts'
import type { WireEvent } from './wire-event.ts'

/** A block of an answer as Claude sent it, which is how Claude takes it back. It may be of a type that we do not know. */
export type AnswerBlock = Anthropic.ContentBlockParam

type BlockStart = Extract<WireEvent, { type: 'content_block_start' }>
type BlockDelta = Extract<WireEvent, { type: 'content_block_delta' }>
export type WireBlock = BlockStart['content_block']

interface OpenBlock {
  readonly block: WireBlock
  /** The text of a call's input. It replaces the block's own, which is empty, unless it stays empty itself. */
  json: string
  /** Whether every delta could be added, as far as the block needs it. */
  whole: boolean
}

/** Puts the blocks of a message together. */
export class AnswerBlocks {
  /** By their index in the message. */
  readonly #blocks = new Map<number | undefined, OpenBlock>()

  /** Those that can be sent back: not a call whose input is cut off, nor a block with a part that we do not know. */
  get all(): AnswerBlock[] {
    return [...this.#blocks.values()].flatMap((open) => {
      const block = finished(open)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it goes back to where it came from
      return block === undefined ? [] : [block as unknown as AnswerBlock]
    })
  }

  /** The calls among them that Claude leaves to us, with their input as Claude wrote it. */
  get calls(): Pick<ToolCall, 'toolUseId' | 'name' | 'input'>[] {
    return [...this.#blocks.values()].flatMap((open) => {
      const block = finished(open)
      if (block?.type !== 'tool_use' || !isNamed(block)) return []
      const { id: toolUseId, name } = block
      return [{ toolUseId, name, input: open.json || JSON.stringify(block['input']) }]
    })
  }

  /** The input of a call that came with its beginning, or is empty: JSON text. Empty for any other call. */
  unstreamedInput(index: number | undefined): string {
    const open = this.#blocks.get(index)
    return open === undefined || open.json !== '' ? '' : JSON.stringify(open.block['input'] ?? {})
  }

  /** What a text cites, as Claude sent it. */
  citations(index: number | undefined): readonly unknown[] {
    return listOf(this.#blocks.get(index)?.block['citations'])
  }

  start({ index, content_block: block }: BlockStart): void {
    const open = { block: { ...block }, json: '', whole: true }
    if (block.type === 'text') addText(open.block, 'text', '')
    this.#blocks.set(index, open)
  }

  append({ index, delta: { type, text, thinking, signature, partial_json, citation } }: BlockDelta): void {
    let open = this.#blocks.get(index)
    if (open === undefined) {
      if (type !== 'text_delta') return
      open = { block: { type: 'text' }, json: '', whole: true }
      this.#blocks.set(index, open)
    }
    const { block } = open
    if (type === 'text_delta') addText(block, 'text', text)
    else if (type === 'thinking_delta') addText(block, 'thinking', thinking)
    else if (type === 'signature_delta') addText(block, 'signature', signature)
    else if (type === 'input_json_delta') open.json += partial_json ?? ''
    else if (type === 'citations_delta') block['citations'] = [...listOf(block['citations']), citation]
    // Text is worth sending without it.
    else if (block.type !== 'text') open.whole = false
  }
}

function addText(block: WireBlock, key: 'text' | 'thinking' | 'signature', text: string | null | undefined) {
  const before = block[key]
  block[key] = (typeof before === 'string' ? before : '') + (text ?? '')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function finished({ block, json, whole }: OpenBlock): WireBlock | undefined {
  if (!whole) return undefined
  if (!isCall(block)) return block
  if (!isNamed(block)) return undefined
  const input: unknown = json === '' ? (block['input'] ?? {}) : parsed(json)
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? { ...block, input }
    : undefined
}

/** A call of a tool, whoever executes it. */
export function isCall(block: { readonly type: string }): boolean {
  return block.type === 'tool_use' || block.type.endsWith('_tool_use')
}

export function isNamed(block: WireBlock): block is WireBlock & { id: string; name: string } {
  return typeof block['id'] === 'string' && typeof block['name'] === 'string'
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** What of an answer Claude takes back: not text without a letter, nor thinking that is not signed yet. */
export function acceptedBlocks(content: readonly AnswerBlock[]): AnswerBlock[] {
  return content.filter((block) => {
    if (block.type === 'text') return /\S/.test(block.text)
    return block.type !== 'thinking' || (block.signature ?? '') !== ''
  })
}
