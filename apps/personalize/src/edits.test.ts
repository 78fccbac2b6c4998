import { expect, test } from 'vitest'
import { applyEdits, block, cut, line, lines, section, swap } from './edits.ts'

const CODE = `import { a } from './a.ts'
import { b } from './b.ts'

/** Sums up. */
export function sum(
  first: number,
): number {
  if (first > 0) {
    return a
  }
  return b
}

test('one', () => {
  sum(1)
})

test('two', () => {})
`

test('a block goes with its comment, to the line that closes it', () => {
  expect(applyEdits(CODE, [block('export function sum(')])).toBe(CODE.replace(/\/\*\* Sums[^]*?\n}\n\n/, ''))
  expect(applyEdits(CODE, [block("test('one'")])).not.toContain('sum(1)')
  const tags = '<div>\n  <p\n    id="a"\n  >\n    text\n  </p>\n  <b>x</b>\n</div>\n'
  expect(applyEdits(tags, [block('<p\n')])).toBe('<div>\n  <b>x</b>\n</div>\n')
})

test('lines, fragments and sections go, and nothing else', () => {
  expect(applyEdits(CODE, [line('import { a }')])).toBe(CODE.slice(CODE.indexOf('\n') + 1))
  expect(applyEdits('a\nb\nc\nd\n', [lines('b', 'c')])).toBe('a\nd\n')
  expect(applyEdits('x, lab, y; x, lab, z', [cut(', lab', 'x, lab, z')])).toBe('x, lab, y; x, z')
  const page = '# Page\n\n## One\n\n### Deeper\n\ntext\n\n## Two\n'
  expect(applyEdits(page, [section('## One')])).toBe('# Page\n\n## Two\n')
  expect(applyEdits(page, [section('## Two')])).toBe(page.replace('## Two\n', ''))
})

test.each([
  ['a fragment that is not there', cut('lacking'), 'it lacks: lacking'],
  ['one that is there twice', cut('sum('), 'it has more than once: sum('],
  ['a line that is not there', line('sum(1) '), 'it lacks the line: sum(1) '],
  ['a line that is there twice', line('import'), 'it has more than one line: import'],
  ['no end', lines('/** Sums', 'nothing'), 'it lacks, after /** Sums: nothing'],
  ['nothing that closes', block("test('two'"), "nothing closes: test('two'"],
])('%s is said', (_case, edit, message) => {
  expect(() => applyEdits(CODE, [edit])).toThrow(message)
})

test('edits may come in any order, within each other and twice, but not across each other', () => {
  const edits = [swap('a', 'A', './a.ts'), line('import { b }'), cut('b', './b.ts'), line('import { b }')]
  const expected = `import { a } from './A.ts'\n`
  const text = CODE.slice(0, CODE.indexOf('\n\n') + 1)
  expect(applyEdits(text, edits)).toBe(expected)
  expect(applyEdits(text, edits.toReversed())).toBe(expected)
  expect(applyEdits('one two three', [cut('one two'), cut('two three')])).toBe('')
  expect(() => applyEdits('one two three', [swap('one two', '1'), cut('two three')])).toThrow(
    'two edits meet at: two three',
  )
  expect(() => applyEdits('one', [swap('one', '1'), swap('one', '2')])).toThrow('two edits meet at: one')
})
