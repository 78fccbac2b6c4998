import { expect, test } from 'vitest'
import { definitionsFor, isSameDefinitions, NOTHING_DEFINED, withDefinitions } from './definitions.ts'

const linkTo = (href: string) => ({ href, title: null })

/** As many tables over each other as `count`, a link and a note in each. */
function defined(count: number) {
  let all = NOTHING_DEFINED
  for (let i = 0; i < count; i++) all = withDefinitions(all, { [`link ${i}`]: linkTo(`#${i}`) }, [`n${i}`])
  return all
}

test('a text gets the definitions that it refers to and no others, however many there are', () => {
  const all = defined(100)
  const { links, notes } = definitionsFor(
    'See [this][Link 0], [Link  99][] and [^n50], not [that][other].',
    all,
  )
  expect(links).toEqual({ 'link 0': linkTo('#0'), 'link 99': linkTo('#99') })
  expect([...notes]).toEqual([['n50', 51]])
})

test('the first definition of a label wins', () => {
  const all = withDefinitions(defined(40), { 'link 3': linkTo('#late') }, ['n3', 'new', 'new'])
  const { links, notes } = definitionsFor('[link 3] [^n3] [^new]', all)
  expect(links['link 3']).toEqual(linkTo('#3'))
  expect([...notes]).toEqual([
    ['n3', 4],
    ['new', 41],
  ])
  expect(withDefinitions(all, { 'link 3': linkTo('#late') }, ['n3'])).toBe(all)
})

test('a name of the object prototype is not a label unless it is defined', () => {
  const source = '[a][constructor] [^__proto__]'
  const nothing = definitionsFor(source, defined(1))
  expect(Object.keys(nothing.links)).toEqual([])
  expect(nothing.notes.size).toBe(0)
  const all = withDefinitions(defined(1), { constructor: linkTo('#c') }, ['constructor'])
  expect(definitionsFor(source, all).links['constructor']).toEqual(linkTo('#c'))
})

test.each([
  ['a link that is defined', 'See [this][link 0].', false],
  ['links of which one is in waiting', 'See [this][link 0] and [that][later].', true],
  ['a link in waiting beside a word that is a link', 'See [this][later] and [link 0].', true],
  ['a link with its text as label', 'See [link 0][].', false],
  ['a link in a link in waiting', '[See [this][later]][link 0].', true],
  ['a link after what may be its text', '[this][later][link 0]', true],
  ['a label that reads otherwise in its table', '| [this][link\\|0] |', true],
  ['a label that reads otherwise in its quote', '> [this][link\n> 0]', true],
  ['words in brackets', 'An [aside] of one.', false],
  ['a link in waiting', 'See [this][later].', true],
  ['a footnote that is defined', 'See.[^n0]', false],
  ['two footnotes that are defined', 'See.[^n0][^n0]', false],
  ['two footnotes, one without a note', 'See.[^n0][^later]', true],
  ['a link in waiting before a footnote', 'See [this][^n0].', true],
  ['a footnote without a note', 'See.[^later]', true],
])('the end of the text makes a difference to %s: %s', (_what, source, isDifferent) => {
  const all = withDefinitions(defined(1), { 'link\\|0': linkTo('#t'), 'link > 0': linkTo('#q') }, [])
  const before = definitionsFor(source, all)
  const after = definitionsFor(source, { ...all, final: true })
  expect(isSameDefinitions(before, after)).toBe(!isDifferent)
})

test('the definitions of a text change only when one of its labels is defined', () => {
  const source = 'See [this][link 5] and [^n5].'
  const at = (count: number) => definitionsFor(source, defined(count))
  expect(isSameDefinitions(at(1), at(5))).toBe(true)
  expect(isSameDefinitions(at(5), at(6))).toBe(false)
  expect(isSameDefinitions(at(6), at(40))).toBe(true)
  // An address grows while its definition is being written.
  const to = (href: string) =>
    definitionsFor('[a]', withDefinitions(NOTHING_DEFINED, { a: linkTo(href) }, []))
  expect(isSameDefinitions(to('https://a.ex'), to('https://a.example'))).toBe(false)
  expect(isSameDefinitions(to('https://a.example'), to('https://a.example'))).toBe(true)
})
