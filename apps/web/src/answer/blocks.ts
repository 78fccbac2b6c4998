/** A stretch of the answer's raw text, marks and line ends included; the blocks joined are the text. */
export interface Block {
  readonly kind: 'text' | 'heading' | 'table' | 'code'
  readonly text: string
}

/** Text cut into blocks as it arrives. Blocks that are `closed` never change again; `open` is still growing. */
export interface Blocks {
  readonly closed: readonly Block[]
  readonly open: Block
  /** Where in `open.text` the line begins that has no end yet. */
  readonly lineStart: number
  /** The fence that the open code block waits for; empty outside code. */
  readonly fence: string
}

/** Longer blocks are cut: one block is laid out and reconciled again with every commit while it is open. */
const MAX_BLOCK_CHARS = 4096

export const EMPTY_BLOCKS: Blocks = { closed: [], open: { kind: 'text', text: '' }, lineStart: 0, fence: '' }

/** The blocks with `text` at their end. Looks at the open block and the new text only, never at the rest. */
export function appendText(blocks: Blocks, text: string): Blocks {
  if (text === '') return blocks
  const added: Block[] = []
  let { kind } = blocks.open
  let { fence, lineStart } = blocks
  const all = blocks.open.text + text
  let start = 0

  function close(end: number) {
    if (end > start) added.push({ kind, text: all.slice(start, end) })
    start = end
    if (fence === '') kind = 'text'
  }

  for (;;) {
    const lineEnd = all.indexOf('\n', lineStart) + 1
    if (lineEnd === 0) break
    const line = all.slice(lineStart, lineEnd)
    if (fence !== '') {
      if (isFenceEnd(line, fence)) {
        fence = ''
        close(lineEnd)
      }
    } else if (line.trim() === '') close(lineEnd)
    else {
      fence = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
      const lineKind = fence === '' ? kindOf(line) : 'code'
      if (lineKind !== kind) close(lineStart)
      kind = lineKind
      if (kind === 'heading') close(lineEnd)
    }
    lineStart = lineEnd
    if (lineEnd - start >= MAX_BLOCK_CHARS) close(lineEnd)
  }
  // A line without an end, as long as a block may be: no reader waits for its end, so neither do we.
  while (all.length - start > 2 * MAX_BLOCK_CHARS) close(wholeCharacters(all, start + MAX_BLOCK_CHARS))

  const tail = all.slice(start)
  lineStart = Math.max(0, lineStart - start)
  // The kind of a line shows in its first characters, so it is not restyled when its end arrives.
  if (fence === '' && lineStart === 0) kind = kindOf(tail)
  return {
    closed: added.length === 0 ? blocks.closed : [...blocks.closed, ...added],
    open: { kind, text: tail },
    lineStart,
    fence,
  }
}

function kindOf(line: string): Block['kind'] {
  if (/^#{1,6} /.test(line)) return 'heading'
  if (/^ {0,3}(`{3,}|~{3,})/.test(line)) return 'code'
  return line.startsWith('|') ? 'table' : 'text'
}

function isFenceEnd(line: string, fence: string): boolean {
  const mark = line.trim()
  return mark.length >= fence.length && mark === (fence[0] ?? '').repeat(mark.length)
}

function wholeCharacters(text: string, end: number): number {
  const unit = text.charCodeAt(end - 1)
  return unit >= 0xd8_00 && unit <= 0xdb_ff ? end - 1 : end
}
