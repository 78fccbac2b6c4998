import type { Tokens } from 'marked'
import type { ReactNode } from 'react'
import { CodeBlock } from './code-block.tsx'
import { noteId, noteMark, type RenderContext, renderInline } from './render-inline.tsx'
import { type DialectToken, known } from './lexer/tokens.ts'
import { TableBlock } from './table-block.tsx'

export function renderBlocks(tokens: readonly DialectToken[], context: RenderContext): ReactNode[] {
  return tokens.map((token, index) => renderBlock(token, index, context))
}

function renderBlock(token: DialectToken, key: number, context: RenderContext): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'paragraph':
      return <p key={key}>{renderInline(token.tokens, context)}</p>
    case 'heading': {
      const Heading = HEADINGS[token.depth] ?? 'h6'
      return (
        <Heading key={key} data-depth={token.depth}>
          {renderInline(token.tokens, context)}
        </Heading>
      )
    }
    case 'code':
      return <CodeBlock key={key} sources={[token.raw]} open={false} />
    case 'list':
      return renderList(token, key, context)
    case 'blockquote':
      return <blockquote key={key}>{renderBlocks(known(token.tokens), context)}</blockquote>
    case 'table':
      return <TableBlock key={key} table={token} context={context} />
    case 'hr':
      return <hr key={key} />
    case 'note':
      return (
        <p key={key} className="md-note" id={noteId(context.scope, token.label)}>
          <sup>{noteMark(token.label, context.definitions)}</sup> {renderInline(token.tokens, context)}
        </p>
      )
    case 'math':
      return (
        <p key={key} className="md-math">
          {token.text}
        </p>
      )
    // The text of a list item, or of a block on which the lexer failed.
    case 'text':
    case 'checkbox':
      return renderInline([token], context)
    case 'br':
    case 'codespan':
    case 'del':
    case 'em':
    case 'escape':
    case 'html':
    case 'image':
    case 'link':
    case 'list_item':
    case 'strong':
      return token.raw
    default:
      return token satisfies never
  }
}

/** One level lower, because the page has its own heading. */
const HEADINGS = [undefined, 'h2', 'h3', 'h4', 'h5', 'h6', 'h6'] as const

function renderList({ ordered, start, items }: Tokens.List, key: number, context: RenderContext): ReactNode {
  const children = items.map((item, index) => (
    // Items are only ever added at the end, so the index is their identity.
    // oxlint-disable-next-line react/no-array-index-key
    <li key={index} className={itemClass(item)}>
      {renderBlocks(known(item.tokens), context)}
    </li>
  ))
  if (!ordered) return <ul key={key}>{children}</ul>
  return (
    <ol key={key} start={typeof start === 'number' && start !== 1 ? start : undefined}>
      {children}
    </ol>
  )
}

/** The continuation of an item that was cut starts below its mark, see `cutLong`. */
function itemClass({ task, raw }: Tokens.ListItem): string | undefined {
  if (task) return 'md-task'
  return /^\s*\S+\n/.test(raw) ? 'md-rest' : undefined
}
