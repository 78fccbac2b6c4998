import { memo, type ReactNode } from 'react'
import { BlockBoundary } from './block-boundary.tsx'
import type { Piece } from './blocks.ts'
import { CodeBlock } from './code-block.tsx'
import { closeTable, closeTail } from './lexer/close-tail.ts'
import { isSameDefinitions } from './lexer/definitions.ts'
import { isFence } from './lexer/fence.ts'
import { lex } from './lexer/lex.ts'
import { renderBlocks } from './render-blocks.tsx'

/** Pieces this close to the end of a long block are always laid out. */
const NEAR_PIECES = 3

interface BlockProps {
  pieces: readonly Piece[]
  scope: string
  open: boolean
}

/** A block of an answer. It is rendered again only when one of its pieces changes. */
export const BlockView = memo(function BlockView(props: BlockProps) {
  const { pieces } = props
  return (
    <BlockBoundary source={() => pieces.map(({ source }) => source).join('')}>
      {contentOf(props)}
    </BlockBoundary>
  )
}, isSame)

function isSame(a: BlockProps, b: BlockProps): boolean {
  return a.open === b.open && a.pieces.length === b.pieces.length && a.pieces.every(isSamePiece, b.pieces)
}

function isSamePiece(this: readonly Piece[], { source, definitions }: Piece, index: number): boolean {
  const other = this[index]
  return other?.source === source && isSameDefinitions(other.definitions, definitions)
}

function contentOf({ pieces, scope, open }: BlockProps): ReactNode {
  const last = pieces.length - 1
  if (isFence(pieces[0]?.source ?? '')) {
    return <CodeBlock sources={pieces.map(({ source }) => source)} open={open} />
  }
  // Pieces are only ever added at the end, so the index is their identity.
  /* oxlint-disable react/no-array-index-key */
  return pieces.map(({ source, definitions }, index) => {
    const piece = { source, definitions, scope, open: open && index === last }
    if (index === 0) return <PieceView key={index} {...piece} />
    return (
      <div key={index} className={index < last - NEAR_PIECES ? 'md-more md-offscreen' : 'md-more'}>
        <PieceView {...piece} />
      </div>
    )
  })
  /* oxlint-enable react/no-array-index-key */
}

const PieceView = memo(function PieceView(props: Piece & { scope: string; open: boolean }) {
  const { source, definitions, scope, open } = props
  return renderBlocks(lex(open ? closeTail(source) : closeTable(source), definitions), { definitions, scope })
})
