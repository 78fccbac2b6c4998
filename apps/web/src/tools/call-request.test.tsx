import type { ToolPart } from '@sluice/events'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { CallRequest } from './call-request.tsx'

function shown(name: string, input: object | string): string {
  const part: ToolPart = {
    type: 'tool',
    callId: 'c',
    name,
    by: 'server',
    input: typeof input === 'string' ? input : JSON.stringify(input),
    state: 'waiting',
    output: undefined,
  }
  return renderToStaticMarkup(<CallRequest part={part} id="title" />)
    .replaceAll(/(?:<[^>]*>)+/g, ' ')
    .trim()
}

test('a call whose tool has no words for its request is allowed with all of its input in view', () => {
  const to = { street: '1 Quay', notes: ['a'] }
  expect(shown('tea.order', { what: '<b>Tea</b>', to })).toBe(
    'Use tea.order what &lt;b&gt;Tea&lt;/b&gt; to {&quot;street&quot;:&quot;1 Quay&quot;,&quot;notes&quot;:[&quot;a&quot;]}',
  )
  // Its view shows what a call has found, not what it asks for.
  expect(shown('notes.search', { words: 'tea', limit: 5 })).toBe(
    'Search your notes for “tea” words tea limit 5',
  )
  expect(shown('notes.add', { title: 42, text: 'Two' })).toBe('Use notes.add title 42 text Two')
})

test('an input that is nested too deep to be written again is shown as it is', () => {
  const deep = `{"a":${'['.repeat(8000)}${']'.repeat(8000)}}`
  expect(shown('notes.add', deep)).toBe(`Use notes.add ${deep.replaceAll('"', '&quot;')}`)
})
