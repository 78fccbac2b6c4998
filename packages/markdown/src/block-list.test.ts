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

/**
 * The text at each of its characters, but never more than its last two blocks: only those can still change, and to
 * render all of it each time would be quadratic.
 */
function* growing(text: string): Generator<string> {
  // The blank line in the fence is within a block.
  const blocks = text.split(/\n\n(?=\S)(?!const b)/)
  for (const [index, block] of blocks.entries()) {
    const before = index === 0 ? '' : `${blocks[index - 1]}\n\n`
    for (let end = 1; end <= block.length; end++) yield before + block.slice(0, end)
  }
}

test('the document after streaming is the same as for the full text at once', () => {
  const text = `${ANSWER}\n\n${LONG.list(9000)}\n\n${ANSWER}\n\n${LONG.fence(9000)}\n\n${LONG.table(9000)}`
  const expected = oneShot(text)
  for (const size of [135, 1000, 4000]) expect(finishedHtml(inPieces(text, size))).toBe(expected)
  for (const size of [1, 2, 7, 30]) expect(finishedHtml(inPieces(ANSWER, size))).toBe(oneShot(ANSWER))
})

test('every construct becomes its element', () => {
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

test('while a text grows, it shows no mark that the finished text does not show', () => {
  const raw = /\*\*|~~|\]\(|\]\[|\[\^|^#+ |^\||^ *[-*+] |\|$|^(?:-|=)+$|`/m
  const text = ANSWER.replaceAll(/\[nothing\]\[never\] and|, \[\^lost\]| has \*\*half a mark$/g, '')
  expect(textOf(oneShot(text))).not.toMatch(raw)
  for (const said of growing(text)) {
    expect(textOf(openHtml(appendText(EMPTY_BLOCKS, said))), JSON.stringify(said)).not.toMatch(raw)
  }
})

test('a table that breaks off stays the table that it was shown as, also after a reload', () => {
  const text = ANSWER.slice(0, ANSWER.indexOf('| a |'))
  const start = text.indexOf('| Left') + 3
  let blocks = inPieces(text.slice(0, start - 1), 1)
  for (let end = start; end < text.length; end++) {
    blocks = appendText(blocks, text.slice(end - 1, end))
    const html = finishedHtml(blocks)
    expect(html).toBe(oneShot(text.slice(0, end)))
    expect(html.endsWith('</table></div></div>')).toBe(true)
    expect(textOf(html)).not.toContain('|')
    expect(textOf(openHtml(blocks))).not.toContain('|')
  }
})

test('in an answer that breaks off, an open mark stays closed as it was shown, also after a reload', () => {
  const raw = /\*\*|~~|\]\(|^#+ |^\||^ *[-*+] |\|$|^(?:-|=)+$|`/m
  const text = ANSWER.slice(0, ANSWER.indexOf('half a mark') + 4)
  for (const said of growing(text)) {
    const html = endedHtml(inPieces(said, 30), 'truncated')
    expect(html).toBe(endedHtml(appendText(EMPTY_BLOCKS, said), 'truncated'))
    expect(textOf(html), JSON.stringify(said)).not.toMatch(raw)
  }
})

test('a complete answer is plain markdown, including an open mark', () => {
  const blocks = appendText(EMPTY_BLOCKS, 'All **bold**.\n\nTwo to the `n, **or')
  expect(endedHtml(blocks, 'complete')).toContain('<p>Two to the `n, **or</p>')
  expect(endedHtml(blocks, 'truncated')).toContain('<p>Two to the <code>n, **or</code></p>')
})

test('an answer that breaks off shows all text that can be read', () => {
  const last = (text: string) => endedHtml(appendText(EMPTY_BLOCKS, text), 'truncated')
  expect(last('The answer:\n\n42')).toContain('42')
  expect(last('Both R&D')).toContain('R&amp;D')
})

test('a link by reference shows its text from the start, and is a link once it is defined', () => {
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

test('a named footnote shows a star until its note arrives, then the note’s number', () => {
  const text = `Seen[^canal], and [^why].\n\n${'More.\n\n'.repeat(1000)}[^why]: Because.\n\n[^canal]: A canal.`
  expect(openHtml(inPieces(text.slice(0, 3000), 99))).toContain('Seen<sup>*</sup>, and <sup>*</sup>.')
  const html = finishedHtml(inPieces(text, 99))
  expect(html).toBe(oneShot(text))
  expect(html).toContain(
    'Seen<sup><a href="#note-s-canal">2</a></sup>, and <sup><a href="#note-s-why">1</a></sup>.',
  )
  expect(html).toContain('id="note-s-canal"><sup>2</sup> A canal.')
})

test('a numbered footnote without a note stays a superscript; a named one is shown as written', () => {
  const text = 'Seen twice[^1], and [^12]. Not [^a-z], nor [^x\\].\n\nMore.\n\n'
  const html = '<p>Seen twice<sup>1</sup>, and <sup>12</sup>. Not [^a-z], nor [^x].</p>'
  expect(oneShot(text)).toContain(html)
  expect(finishedHtml(inPieces(text.padEnd(5000, 'x. '), 7))).toContain(html)
})

test('at the end, only groups with an open reference are rendered again', () => {
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
