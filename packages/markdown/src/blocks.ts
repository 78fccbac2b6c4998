import {
  type AllDefinitions,
  type Definitions,
  definitionsFor,
  isSameDefinitions,
  NOTHING_DEFINED,
  withDefinitions,
} from './lexer/definitions.ts'
import { cutLong } from './lexer/cut-long.ts'
import { isFence } from './lexer/fence.ts'
import { lexBlocks } from './lexer/lex.ts'
import { isVisible, spansOf } from './lexer/spans.ts'

/** Markdown that can be rendered on its own. */
export interface Piece {
  readonly source: string
  readonly definitions: Definitions
}

/** A paragraph, a list, a fence. A long one has several pieces, of which only the last one changes. */
interface Block {
  readonly key: number
  readonly pieces: readonly Piece[]
}

/** Neighbouring blocks, about a screenful. */
export interface Group {
  readonly key: number
  readonly blocks: readonly Block[]
}

/** A text split into blocks as it arrives: the groups to show, and the state to go on from. */
export interface Blocks {
  readonly groups: readonly Group[]
  readonly sealed: Sealed
  /** The text after the sealed part. */
  readonly tail: string
  /** Characters so far. */
  readonly length: number
  readonly endsWithReturn: boolean
}

/** The part that is parsed, and never read again. */
interface Sealed {
  readonly groups: readonly Group[]
  /** The first pieces of a block that continues in the tail. */
  readonly pieces: readonly Piece[]
  /** Text to put before the tail when it is parsed, see `cutLong`. */
  readonly prefix: string
  readonly definitions: AllDefinitions
}

/**
 * Blocks are sealed only when the text's length is a multiple of this. So the sealed part depends on the text alone,
 * and not on the pieces in which it arrived.
 */
const CHECKPOINT_CHARS = 2048
const GROUP_CHARS = 4096

const NOTHING_SEALED: Sealed = { groups: [], pieces: [], prefix: '', definitions: NOTHING_DEFINED }

export const EMPTY_BLOCKS: Blocks = {
  groups: [],
  sealed: NOTHING_SEALED,
  tail: '',
  length: 0,
  endsWithReturn: false,
}

/** The blocks with `text` appended. Reads only the tail and the new text. */
export function appendText(blocks: Blocks, text: string): Blocks {
  if (text === '') return blocks
  const added = copy(withoutReturns(blocks.endsWithReturn ? text.replace(/^\n/, '') : text))
  let { sealed, tail, length } = blocks
  for (let at = 0; at < added.length;) {
    const step = Math.min(added.length - at, CHECKPOINT_CHARS - (length % CHECKPOINT_CHARS))
    tail += added.slice(at, at + step)
    at += step
    length += step
    if (length % CHECKPOINT_CHARS === 0) ({ sealed, tail } = seal(sealed, tail))
  }
  const groups = show(sealed, tail)
  return { groups, sealed, tail, length, endsWithReturn: text.endsWith('\r') }
}

/** The blocks of a complete text: its references are final. */
export function finishBlocks({ sealed, tail, length, endsWithReturn }: Blocks): Blocks {
  const { links, notes } = lexBlocks(sealed.prefix + tail)
  const definitions = { ...withDefinitions(sealed.definitions, links, notes), final: true }
  const finishPiece = (piece: Piece) => {
    const own = definitionsFor(piece.source, definitions)
    return isSameDefinitions(own, piece.definitions) ? piece : { ...piece, definitions: own }
  }
  // There are no references in a fence.
  const finishPieces = (pieces: readonly Piece[]) =>
    isFence(pieces[0]?.source ?? '') ? pieces : sameOr(pieces, finishPiece)
  const finishBlock = (block: Block) => {
    const pieces = finishPieces(block.pieces)
    return pieces === block.pieces ? block : { ...block, pieces }
  }
  const finishGroup = (group: Group) => {
    const inGroup = sameOr(group.blocks, finishBlock)
    return inGroup === group.blocks ? group : { ...group, blocks: inGroup }
  }
  const finished = {
    groups: sealed.groups.map(finishGroup),
    pieces: finishPieces(sealed.pieces),
    prefix: sealed.prefix,
    definitions,
  }
  return { groups: show(finished, tail), sealed: finished, tail, length, endsWithReturn }
}

function seal(sealed: Sealed, tail: string): { sealed: Sealed; tail: string } {
  const source = sealed.prefix + tail
  const spans = spansOf(source, lexBlocks(source).tokens)
  const last = spans.at(-1)
  // Of blank text only the last line is kept, which the next block may continue, and no more than a checkpoint of it.
  if (!last) {
    const from = Math.max(tail.lastIndexOf('\n') + 1, tail.length - CHECKPOINT_CHARS)
    return { sealed, tail: source.trim() === '' ? copy(tail.slice(from)) : tail }
  }
  const cut = cutLong(last.token, source.slice(last.start))
  // Two blocks stay open, because a line such as the underline of a heading changes the block before it.
  const open = (cut ? last : spans.at(-2)) ?? last
  const end = open.start + (cut?.at ?? 0)
  if (end === 0) return { sealed, tail }

  // The last block is left out: it may be an incomplete definition.
  const { links, notes } = lexBlocks(source.slice(0, last.start))
  const definitions = withDefinitions(sealed.definitions, links, notes)
  const own = (from: number, to: number) => pieceOf(copy(source.slice(from, to)), definitions)
  const groups = [...sealed.groups]
  let { pieces } = sealed
  for (const span of spans.filter(isVisible)) {
    if (span.start >= open.start) break
    place(groups, [...pieces, own(span.start, span.end)])
    pieces = []
  }
  if (cut) pieces = [...pieces, own(open.start, end)]
  const rest = { groups, pieces, prefix: cut ? copy(cut.prefix) : '', definitions }
  return { sealed: rest, tail: copy(source.slice(end)) }
}

/** The sealed groups followed by the blocks of the tail. */
function show(sealed: Sealed, tail: string): readonly Group[] {
  const source = sealed.prefix + tail
  const { tokens, links, notes } = lexBlocks(source)
  const definitions = withDefinitions(sealed.definitions, links, notes)
  const groups = [...sealed.groups]
  let { pieces } = sealed
  for (const { start, end } of spansOf(source, tokens).filter(isVisible)) {
    place(groups, [...pieces, pieceOf(source.slice(start, end), definitions)])
    pieces = []
  }
  if (pieces.length > 0) place(groups, pieces)
  return groups
}

/**
 * Adds a block to the last group, or to a new one. The last block of a group does not count for its size: it may still
 * have been growing when this one began, and a block must not move to another group, which would mount it again.
 */
function place(groups: Group[], pieces: readonly Piece[]): void {
  const last = groups.at(-1)
  const key = (last?.blocks.at(-1)?.key ?? -1) + 1
  const block = { key, pieces }
  if (!last || lengthOf(last.blocks.slice(0, -1)) >= GROUP_CHARS) groups.push({ key, blocks: [block] })
  else groups[groups.length - 1] = { ...last, blocks: [...last.blocks, block] }
}

function lengthOf(blocks: readonly Block[]): number {
  return blocks.reduce(
    (sum, { pieces }) => sum + pieces.reduce((all, { source }) => all + source.length, 0),
    0,
  )
}

function pieceOf(source: string, definitions: AllDefinitions): Piece {
  return { source, definitions: definitionsFor(source, definitions) }
}

/** The same list when no item changes, so that nothing is rendered again. */
function sameOr<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = items.map(change)
  return changed.every((item, index) => item === items[index]) ? items : changed
}

/** Turns line ends into `\n`. A `\n` at the start of the next text, after a final `\r`, is dropped by `appendText`. */
function withoutReturns(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
}

/** A copy of a slice. The slice itself would keep the whole text in memory. */
function copy(text: string): string {
  const own: unknown = JSON.parse(JSON.stringify(text))
  return typeof own === 'string' ? own : text
}
