import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { CallJson } from './call-json.tsx'

const shown = (text: string) =>
  renderToStaticMarkup(<CallJson label="Result" text={text} />)
    .replace(/^.*<pre[^>]*>/s, '')
    .replace(/<\/pre>.*$/s, '')

test('JSON is indented, a string shown without quotation marks, and anything else as it is', () => {
  expect(shown('[1,{}]')).toBe('[\n  1,\n  {}\n]')
  expect(shown('"<b>"')).toBe('&lt;b&gt;')
  expect(shown('[1,')).toBe('[1,')
})

test('a text that is nested too deep to be written again is shown as it is', () => {
  for (const depth of [3000, 8000]) {
    const deep = '['.repeat(depth) + ']'.repeat(depth)
    expect(shown(deep)).toBe(deep)
  }
})
