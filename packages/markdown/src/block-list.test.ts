import { expect, test } from 'vitest'
import { appendText, EMPTY_BLOCKS, finishBlocks } from './blocks.ts'
import { ANSWER, LONG } from './testing/answer-text.ts'
import { inPieces } from './testing/in-pieces.ts'
import { finishedHtml, openHtml, endedHtml } from './testing/to-html.tsx'

const oneShot = (text: string) => finishedHtml(appendText(EMPTY_BLOCKS, text))
const textOf = (html: string) =>
  html
    .replaceAll(/<pre.*?<\/pre>|<code>.*?<\/code>|<p class="md-math">.*?<\/p>/gs, '')
    .replaceAll(/<[^>]*>/g, '\n')

test('the document after streaming is the one-shot document of the full text', () => {
  const text = `${ANSWER}\n\n${LONG.list(20_000)}\n\n${ANSWER}\n\n${LONG.fence(20_000)}\n\n${LONG.table(20_000)}`
  const expected = oneShot(text)
  for (const size of [135, 1000, 4000]) expect(finishedHtml(inPieces(text, size))).toBe(expected)
  for (const size of [1, 2, 7, 30]) expect(finishedHtml(inPieces(ANSWER, size))).toBe(oneShot(ANSWER))
})

test('every construct becomes the element it stands for', () => {
  const html = oneShot(ANSWER)
  for (const part of [
    '<h2 data-depth="1">Title <em>one</em></h2>',
    '<strong>bold</strong>, <code>code</code>, <del>gone</del>',
    '<a href="https://example.com/a" title="T" target="_blank" rel="noopener noreferrer nofollow">link</a>',
    'an &lt;b&gt;HTML&lt;/b&gt; tag and &lt;entities&gt; © — 🌊.',
    '<h3 data-depth="2">Setext heading</h3>',
    '<a href="https://example.com/paper" title="The paper" target="_blank" rel="noopener noreferrer nofollow">the paper</a>',
    '[nothing][never]',
    '<sup><a href="#note-s-note">1</a></sup>, [^lost].',
    '<ol start="3"><li>three</li><li>four</li></ol>',
    '<li class="md-task"><p><input type="checkbox" disabled="" aria-label="to do"/>to do</p></li>',
    '<blockquote><p>quoted <em>text</em></p><blockquote><p>twice</p>',
    '<th data-align="right" scope="col">Right</th>',
    '<td data-align="right"><strong>b</strong></td>',
    'Inline maths $a*b*c$ costs $5 or \\(x*y\\).',
    '$$\na_1 * b\n= c\n$$',
    '<a class="md-image" href="https://example.com/p.png"',
    '&lt;div&gt;\n<em>block</em> HTML\n&lt;/div&gt;',
    '<p class="md-note" id="note-s-note"><sup>1</sup> A <em>note</em> with\ntwo lines.</p>',
    'half a mark',
  ]) {
    expect(html).toContain(part)
  }
  expect(html).not.toContain('[paper]:')
})

test('while a text grows, no mark shows that the finished text does not show', () => {
  const raw = /\*\*|~~|\]\(|\]\[|\[\^|^#+ |^\||^ *[-*+] |\|$|^(?:-|=)+$|`/m
  const text = ANSWER.replaceAll(/\[nothing\]\[never\] and|, \[\^lost\]| has \*\*half a mark$/g, '')
  expect(textOf(oneShot(text))).not.toMatch(raw)
  for (let end = 1; end < text.length; end++) {
    const html = openHtml(appendText(EMPTY_BLOCKS, text.slice(0, end)))
    expect(textOf(html), JSON.stringify(text.slice(Math.max(0, end - 60), end))).not.toMatch(raw)
  }
})

test('where a table breaks off, it is the table that it was shown as, and the same after a reload', () => {
  const text = ANSWER.slice(0, ANSWER.indexOf('| a |'))
  for (let end = text.indexOf('| Left') + 3; end < text.length; end++) {
    const blocks = inPieces(text.slice(0, end), 1)
    const html = finishedHtml(blocks)
    expect(html).toBe(oneShot(text.slice(0, end)))
    expect(html.endsWith('</table></div></div>')).toBe(true)
    expect(textOf(html)).not.toContain('|')
    expect(textOf(openHtml(blocks))).not.toContain('|')
  }
})

test('where an answer breaks off, half a mark keeps the form it had, and has it after a reload', () => {
  const raw = /\*\*|~~|\]\(|^#+ |^\||^ *[-*+] |\|$|^(?:-|=)+$|`/m
  const text = ANSWER.slice(0, ANSWER.indexOf('half a mark') + 4)
  for (let end = 1; end <= text.length; end++) {
    const html = endedHtml(inPieces(text.slice(0, end), 30), 'truncated')
    expect(html).toBe(endedHtml(appendText(EMPTY_BLOCKS, text.slice(0, end)), 'truncated'))
    expect(textOf(html), JSON.stringify(text.slice(Math.max(0, end - 60), end))).not.toMatch(raw)
  }
})

test('an answer that ended by itself is the markdown that it is, half a mark included', () => {
  const blocks = appendText(EMPTY_BLOCKS, 'All **bold**.\n\nTwo to the `n, **or')
  expect(endedHtml(blocks, 'complete')).toContain('<p>Two to the `n, **or</p>')
  expect(endedHtml(blocks, 'truncated')).toContain('<p>Two to the <code>n, **or</code></p>')
})

test('of an answer that broke off, nothing is left out that may be all there is', () => {
  const last = (text: string) => endedHtml(appendText(EMPTY_BLOCKS, text), 'truncated')
  expect(last('The answer:\n\n42')).toContain('42')
  expect(last('Both R&D')).toContain('R&amp;D')
})

test('a link by reference is its text from the start, and a link once it is defined', () => {
  const open = openHtml(
    appendText(EMPTY_BLOCKS, 'See [the paper][p] and [^1].\n\nMore.\n\n'.padEnd(3000, 'x. ')),
  )
  expect(open).toContain('See <span>the paper</span> and <sup>1</sup>.')
  const blocks = inPieces(
    `See [the paper][p] and [^1].\n\n${'More.\n\n'.repeat(1000)}[p]: https://p.example\n\n[^1]: Note`,
    99,
  )
  expect(finishedHtml(blocks)).toContain('href="https://p.example/"')
  expect(finishedHtml(blocks)).toContain('<sup><a href="#note-s-1">1</a></sup>')
})

test('a footnote with a name has the number of its note, and a star until that is there', () => {
  const text = `Seen[^canal], and [^why].\n\n${'More.\n\n'.repeat(1000)}[^why]: Because.\n\n[^canal]: A canal.`
  expect(openHtml(inPieces(text.slice(0, 3000), 99))).toContain('Seen<sup>*</sup>, and <sup>*</sup>.')
  const html = finishedHtml(inPieces(text, 99))
  expect(html).toBe(oneShot(text))
  expect(html).toContain(
    'Seen<sup><a href="#note-s-canal">2</a></sup>, and <sup><a href="#note-s-why">1</a></sup>.',
  )
  expect(html).toContain('id="note-s-canal"><sup>2</sup> A canal.')
})

test('a numbered footnote whose note never came is a superscript still; what may be a pattern is as it was written', () => {
  const text = 'Seen twice[^1], and [^12]. Not [^a-z], nor [^x\\].\n\nMore.\n\n'
  const html = '<p>Seen twice<sup>1</sup>, and <sup>12</sup>. Not [^a-z], nor [^x].</p>'
  expect(oneShot(text)).toContain(html)
  expect(finishedHtml(inPieces(text.padEnd(5000, 'x. '), 7))).toContain(html)
})

test('at the end, only groups with a reference that was open are rendered again', () => {
  const more = 'More `[0]` of [this], and [that][known].\n\n```js\nx[i][j]++\n```\n\n'.repeat(400)
  const text = `[known]: https://k.example\n\nSee [a][p].\n\n${more}[p]: https://p.example\n\nEnd.\n\nEnd.`
  const blocks = inPieces(text, 135)
  const before = blocks.sealed.groups
  const after = finishBlocks(blocks).groups
  expect(before.length).toBeGreaterThan(4)
  expect(after[0]).not.toBe(before[0])
  for (const [index, group] of before.slice(1, -1).entries()) expect(after[index + 1]).toBe(group)
  expect(finishedHtml(blocks)).toContain('<a href="https://p.example/"')
})
