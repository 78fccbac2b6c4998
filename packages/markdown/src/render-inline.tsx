import type { Token, Tokens } from 'marked'
import type { ReactNode } from 'react'
import type { Definitions } from './lexer/definitions.ts'
import { decodeEntities } from './lexer/entities.ts'
import { safeHref } from './lexer/safe-href.ts'
import { type DialectToken, isNoteReference, known } from './lexer/tokens.ts'

export interface RenderContext {
  readonly definitions: Definitions
  /** Makes the ids of this answer's footnotes unique on the page. */
  readonly scope: string
}

export function renderInline(tokens: readonly Token[] | undefined, context: RenderContext): ReactNode[] {
  return known(tokens).map((token, index) => renderOne(token, index, context))
}

function renderOne(token: DialectToken, key: number, context: RenderContext): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong key={key}>{renderInline(token.tokens, context)}</strong>
    case 'em':
      return <em key={key}>{renderInline(token.tokens, context)}</em>
    case 'del':
      return <del key={key}>{renderInline(token.tokens, context)}</del>
    case 'codespan':
      return <code key={key}>{token.text}</code>
    case 'br':
      return <br key={key} />
    case 'checkbox':
      return <Checkbox key={key} checked={token.checked} />
    case 'link':
      return renderLink(token, key, context)
    case 'image':
      return renderImage(token, key)
    case 'escape':
      return token.text
    case 'text':
      return token.tokens ? renderInline(token.tokens, context) : decodeEntities(token.text)
    case 'blockquote':
    case 'code':
    case 'def':
    case 'heading':
    case 'hr':
    case 'html':
    case 'list':
    case 'list_item':
    case 'math':
    case 'note':
    case 'paragraph':
    case 'space':
    case 'table':
      return token.raw
    default:
      return token satisfies never
  }
}

function renderLink(token: Tokens.Link, key: number, context: RenderContext): ReactNode {
  if (isNoteReference(token)) return <NoteReference key={key} label={token.noteLabel} {...context} />
  const { href, title, tokens } = token
  const safe = safeHref(href)
  if (safe === undefined) return <span key={key}>{renderInline(tokens, context)}</span>
  return (
    <a key={key} href={safe} title={title ?? undefined} target="_blank" rel="noopener noreferrer nofollow">
      {renderInline(tokens, context)}
    </a>
  )
}

/** Images are not loaded: an address written by an injected prompt could send the conversation to an attacker. */
function renderImage({ href, text }: Tokens.Image, key: number): ReactNode {
  const safe = safeHref(href)
  const name = decodeEntities(text) || safe || 'image'
  if (safe === undefined) return <span key={key}>{name}</span>
  return (
    <a
      key={key}
      className="md-image"
      href={safe}
      title={safe}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      {name}
    </a>
  )
}

function NoteReference({ label, scope, definitions }: RenderContext & { label: string }) {
  const mark = noteMark(label, definitions)
  return <sup>{definitions.notes.has(label) ? <a href={`#${noteId(scope, label)}`}>{mark}</a> : mark}</sup>
}

/**
 * A numeric label is shown as it is, a name as the number of its note once the note has arrived. So an answer that mixes
 * both may show one number for two notes; their links are right. Numbers by place would change while the answer is
 * written.
 */
export function noteMark(label: string, { notes }: Definitions): string {
  return /^\d+$/.test(label) ? label : String(notes.get(label) ?? '*')
}

export function noteId(scope: string, label: string): string {
  return `note-${scope}-${encodeURIComponent(label)}`
}

function Checkbox({ checked }: { checked: boolean }) {
  return <input type="checkbox" checked={checked} disabled aria-label={checked ? 'done' : 'to do'} />
}
