import { EMPTY_RUN_VIEW, reduceRun, type RunEvent, type RunView } from '@sluice/events'
import { Markdown } from '@sluice/markdown'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { SourceLink } from './source-link.tsx'
import { answerMarkdown, citationLink, citedSources, sourcesMarkdown, withCitations } from './sources.ts'

const text = (words: string): RunEvent => ({ type: 'text', text: words })
const cite = (name: string): RunEvent => ({
  type: 'source',
  url: `https://${name}.example/`,
  title: `Page ${name}`,
})
const view = (events: readonly RunEvent[]): RunView => events.reduce(reduceRun, EMPTY_RUN_VIEW)

const EVENTS: RunEvent[] = [
  text('Gates'),
  cite('a'),
  cite('b'),
  text(' and paddles'),
  cite('a'),
  text('.'),
  { type: 'thinking', text: 'Hm.' },
  text('And keepers'),
  cite('c'),
  cite('b'),
]

test('a page has one number in the whole answer, by its first citation', () => {
  expect(citedSources(view(EVENTS)).map(({ title }) => title)).toEqual(['Page a', 'Page b', 'Page c'])
  expect(answerMarkdown(view(EVENTS))).toBe(`Gates [1] [2] and paddles [1].

And keepers [3] [2]

Sources:

1. [Page a](<https://a.example/>)
2. [Page b](<https://b.example/>)
3. [Page c](<https://c.example/>)`)
})

test('the text of a part with its marks only grows, and is the text itself without citations', () => {
  let before = ''
  for (let count = 1; count <= 6; count++) {
    const now = view(EVENTS.slice(0, count))
    const [part] = now.parts
    if (part?.type !== 'text') throw new Error('expected a text')
    const marked = withCitations(part, citedSources(now), citationLink)
    expect(marked.startsWith(before)).toBe(true)
    before = marked
  }
  expect(before).toContain('Gates [')
  const plain = view([text('Plain *text*')])
  expect(answerMarkdown(plain)).toBe('Plain *text*')
  expect(answerMarkdown(view([]))).toBe('')
})

/** Where the links of an answer with this citation lead. */
function linksOf(url: string, title: string): string[] {
  const cited = `See ${citationLink(1, { url, title })} and **more**`
  const listed = sourcesMarkdown([{ url, title }])
  const html = renderToStaticMarkup(
    <>
      <Markdown text={cited} status="complete" />
      <Markdown text={listed} status="complete" />
      <SourceLink url={url} title={title} />
    </>,
  )
  expect(html).toContain('<strong>more</strong>')
  expect(html).not.toMatch(/<(?!\/?(?:a|p|div|span|strong|ol|li|bdi|code)\b)/)
  expect(html).not.toMatch(/ on\w+="/)
  return Array.from(html.matchAll(/href="([^"]*)"/g), ([, href = '']) => href)
}

test.each([
  'https://a.example/x](https://evil.example)',
  'https://a.example/">x<script>alert(1)</script>',
  'https://a.example/`|`*_~$$<>\\)(',
  'https://a.example/\n\n# heading',
  `https://a.example/${'é'.repeat(100)}`,
])('the address %j leads to its own host only', (url) => {
  const links = linksOf(url, 'A page')
  expect(links).toHaveLength(3)
  for (const href of links) expect(new URL(href).host).toBe('a.example')
})

test.each([
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'https://bank.example@evil.example/',
  '/trpc/runs.stop',
  `https://a.example/${'a'.repeat(3000)}`,
  '',
])('the address %j is shown as text', (url) => {
  expect(linksOf(url, 'A page')).toEqual([])
})

test.each([
  '](https://evil.example) [x](https://evil.example',
  '" onclick="alert(1)',
  '<img src=x onerror=alert(1)> ![x](https://evil.example/i.png)',
  '`code` **bold** $$x$$ | cell | \\',
  'https://evil.example/',
  'A\n\n# heading\n\n> quote',
  '\u202Egnp.exe',
  '',
])('the title %j is text', (title) => {
  const links = linksOf('https://a.example/', title)
  // An address in a title may become a link to what it says, as anywhere in an answer.
  expect(links.filter((href) => href === 'https://a.example/')).toHaveLength(3)
  expect(links.filter((href) => !/^https:\/\/(?:a|evil)\.example\/$/.test(href))).toEqual([])
})
