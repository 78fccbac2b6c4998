import { expect, test } from 'vitest'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'
import { finishedHtml } from './testing/to-html.tsx'

const htmlOf = (text: string) => finishedHtml(appendText(EMPTY_BLOCKS, text))

test('the missing cells of a row are one empty cell', () => {
  const html = htmlOf('| a | b | c |\n| - | - | - |\n| 1 |\n| 1 | | 3 |')
  expect(html).toContain('<tr><td>1</td><td colSpan="2"></td></tr><tr><td>1</td><td></td><td>3</td></tr>')
})

test('a table cannot become many times larger than its text: too wide it is text, and missing cells are one', () => {
  const wide = `Before it.\n${'|a'.repeat(1000)}|\n${'|-'.repeat(1000)}|\n${'|1\n'.repeat(1000)}`
  expect(htmlOf(wide)).not.toContain('<table>')
  expect(htmlOf(wide)).toContain('Before it.\n|a|a')
  expect(htmlOf(wide).match(/\|a/g)).toHaveLength(1000)
  const long = `${'|a'.repeat(64)}|\n${'|-'.repeat(64)}|\n${'|1\n'.repeat(1000)}`
  expect(htmlOf(long).match(/<td/g)).toHaveLength(2000)
})
