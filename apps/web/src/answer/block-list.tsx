import { memo } from 'react'
import type { Block, Blocks } from './blocks.ts'
import { markUp, markUpCode, type Span } from './mark-up.ts'

/**
 * The raw text in readable form: nothing is added or taken away, so `textContent` is the text. Closed blocks
 * are laid out once; only the open one changes.
 */
export const BlockList = memo(function BlockList({ blocks }: { blocks: Blocks }) {
  return (
    <>
      {blocks.closed.map((block, index) => (
        // Blocks are only ever added at the end, so the index is their identity.
        // oxlint-disable-next-line react/no-array-index-key
        <BlockView key={index} block={block} />
      ))}
      {blocks.open.text !== '' && <BlockView key={blocks.closed.length} block={blocks.open} />}
    </>
  )
})

const BlockView = memo(function BlockView({ block: { kind, text } }: { block: Block }) {
  switch (kind) {
    case 'code':
      return <pre className="block code">{markUpCode(text).map(renderSpan)}</pre>
    case 'table':
      return <pre className="block table">{text}</pre>
    case 'heading':
      return <div className="block heading">{markUp(text).map(renderSpan)}</div>
    case 'text':
      return <div className="block">{markUp(text).map(renderSpan)}</div>
    default:
      return kind satisfies never
  }
})

function renderSpan({ kind, text }: Span, index: number) {
  switch (kind) {
    case 'plain':
      return text
    case 'strong':
      return <strong key={index}>{text}</strong>
    case 'code':
      return <code key={index}>{text}</code>
    case 'mark':
      return (
        <span key={index} className="mark-up">
          {text}
        </span>
      )
    default:
      return kind satisfies never
  }
}
