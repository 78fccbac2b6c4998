import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { DraftedNote } from './drafted-note.tsx'

/** The name that the checkbox has beside the text of its label. */
function nameOf(note: { title?: string; text?: string }): string | undefined {
  const html = renderToStaticMarkup(<DraftedNote note={note} state="open" onToggle={() => {}} />)
  return /aria-label="([^"]*)"/.exec(html)?.[1]
}

test('a note has a name before its first word is written', () => {
  expect(nameOf({})).toBe('A new note')
  expect(nameOf({ title: '', text: '' })).toBe('A new note')
  expect(nameOf({ title: 'Milk' })).toBeUndefined()
  expect(nameOf({ title: '', text: 'Two litres' })).toBeUndefined()
})
