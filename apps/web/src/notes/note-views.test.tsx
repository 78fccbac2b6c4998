import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { getQueryKey } from '@trpc/react-query'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { createClient, trpc } from '../api.ts'
import { toolViewOf } from '../tools/tool-views.ts'

const TIMES = { createdAt: '2026-11-29T00:00:00.000Z', updatedAt: '2026-11-29T00:00:00.000Z' }
const note = { id: '0198c0de-0000-4000-8000-000000000000', title: 'Milk', text: 'Oats', ...TIMES }
const { id } = note

/** The text of a page that has read `note`, and no other. */
function textOf(shown: ReactNode): string {
  const queryClient = new QueryClient()
  queryClient.setQueryData(getQueryKey(trpc.notes.get, { id }, 'query'), note)
  const html = renderToStaticMarkup(
    <trpc.Provider client={createClient()} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{shown}</QueryClientProvider>
    </trpc.Provider>,
  )
  return html.replaceAll(/(?:<[^>]*>)+/g, ' ').trim()
}

const titleOf = (name: string, input: unknown) => toolViewOf(name)?.title(input)

/** What is shown before the call, below its title. */
function requestOf(name: string, input: unknown): string {
  const view = toolViewOf(name)
  return textOf(view?.Request && <view.Request input={input} />)
}

/** What is shown after it. */
function detailsOf(name: string, input: unknown, output: unknown): string {
  const view = toolViewOf(name)
  return textOf(view?.Details && <view.Details input={input} output={output} />)
}

test('a call that waits says what it would write, and over what', () => {
  for (const [name, input, title, request] of [
    ['notes.add', { title: 'Milk' }, 'Add the note “Milk”', ''],
    ['notes.add', { title: 'Milk', text: 'Two' }, 'Add the note “Milk”', 'Two'],
    ['notes.update', { id, text: '' }, 'Change the text of a note', 'Note Milk New text None'],
    ['notes.update', { id, title: 'Tea' }, 'Change a note to “Tea”', 'Note Milk New title Tea'],
    ['notes.remove', { id }, 'Delete a note', 'Note Milk Text Oats'],
  ] as const)
    expect([titleOf(name, input), requestOf(name, input)]).toEqual([title, request])
})

test('an input that does not fit has no title of its own', () => {
  for (const [name, input] of [
    ['notes.add', {}],
    ['notes.add', { title: 5 }],
    ['notes.search', {}],
    ['notes.update', { id, title: [] }],
  ] as const)
    expect(() => toolViewOf(name)?.title(input)).toThrow(TypeError)
})

test('a call that was made says what was found and what was changed', () => {
  const found = { notes: [{ ...note, excerpt: 'Oats' }], nextCursor: 'more' }
  expect(titleOf('notes.list', {})).toBe('List your notes')
  expect(detailsOf('notes.list', {}, found)).toBe('Milk and more')
  const none = { notes: [], nextCursor: null }
  expect(titleOf('notes.search', { words: 'tea' })).toBe('Search your notes for “tea”')
  expect(detailsOf('notes.search', { words: 'tea' }, none)).toBe('Nothing found.')
  expect(detailsOf('notes.get', { id }, note)).toBe('Note Milk Text Oats')
  expect(detailsOf('notes.add', { title: 'Milk' }, note)).toBe('Note Milk Text Oats')
  expect(detailsOf('notes.update', { id, title: 'Tea' }, { ...note, title: 'Tea' })).toBe('New title Tea')
  expect(detailsOf('notes.update', { id, text: 'Oats' }, note)).toBe('Note Milk New text Oats')
  expect(detailsOf('notes.remove', { id }, { ...note, text: '' })).toBe('Note Milk')
})
