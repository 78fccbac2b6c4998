import { expect, test } from 'vitest'
import { closeTable, closeTail } from './close-tail.ts'

const CASES: readonly (readonly [source: string, closed: string])[] = [
  ['Hello **bo', 'Hello **bo**'],
  ['Hello **', 'Hello'],
  ['**bold *and', '**bold *and***'],
  ['**bold `co*', '**bold `co*`**'],
  ['a `b', 'a `b`'],
  ['a ``b`', 'a ``b``'],
  ['2 * 3 and snake_case', '2 * 3 and snake_case'],
  ['see [text', 'see [text]()'],
  ['see [text]', 'see [text]()'],
  ['see [text](https://exa', 'see [text]()'],
  ['see [*text', 'see [*text*]()'],
  ['see [text](https://example.com) and', 'see [text](https://example.com) and'],
  ['see [text][lab', 'see [text]()'],
  ['see [text][![b](c) and **more', 'see [text][![b](c) and **more**]()'],
  ['see [text](a (b (c) and **more', 'see [text](a (b (c) and **more**'],
  ['see [text](a\\', 'see [text]()'],
  ['see [text](a(b', 'see [text]()'],
  ['a note[^1', 'a note'],
  ['![alt](https://e', '![alt]()'],
  ['<https://exam', 'https://exam'],
  ['a &am', 'a'],
  ['a \\', 'a'],
  ['#', ''],
  ['## ', ''],
  ['## A *b', '## A *b*'],
  ['Some text\n-', 'Some text\n'],
  ['Some text\n- ', 'Some text\n'],
  ['Some text\n==', 'Some text\n'],
  ['In total\n42', 'In total\n'],
  ['[text', ''],
  ['- one\n- **two', '- one\n- **two**'],
  ['- one\n  1. `two', '- one\n  1. `two`'],
  ['> quoted **text', '> quoted **text**'],
  ['- [', ''],
  ['- [x] do *it', '- [x] do *it*'],
  ['``', ''],
  ['```ts\nlet a\n``', '```ts\nlet a\n'],
  ['```ts\nlet **a', '```ts\nlet **a'],
  ['| a | **b', '| a | **b** |\n| - | - |'],
  ['| a | b |\n|--', '| a | b |\n| - | - |'],
  ['| a | b |\n|---|---|\n| 1 | `2', '| a | b |\n|---|---|\n| 1 | `2`'],
  ['| a | b |\n| :-- | --', '| a | b |\n| :-- | --'],
  ['| a | b |\n\n', '| a | b |\n| - | - |'],
  ['|x| is never', '|x| is never'],
  ['[label]: https://exa', ''],
  ['[^note]', ''],
  ['[^note]: The *no', '[^note]: The *no*'],
  ['**done\n\n', '**done\n\n'],
]

test.each(CASES)('%j reads as %j while it grows', (source, closed) => {
  expect(closeTail(source)).toBe(closed)
})

const BROKEN_OFF: readonly (readonly [source: string, closed: string])[] = [
  ['Hello **bo', 'Hello **bo**'],
  ['Hello *em', 'Hello *em*'],
  ['Hello **', 'Hello'],
  ['see [text](htt', 'see [text]()'],
  ['[text](htt', '[text]()'],
  ['a `co', 'a `co`'],
  ['| a | **b', '| a | **b** |\n| - | - |'],
  ['Some text\n-', 'Some text\n'],
  ['- [x]', ''],
  ['[label]: https://exa', ''],
  ['**R&D', '**R&D**'],
  ['if a <b', 'if a <b'],
  ['a \\', 'a \\'],
  ['In total\n42', 'In total\n42'],
  ['In total\n42.', 'In total\n'],
  ['- 42', '- 42'],
  ['**array[0]', '**array[0]**'],
  ['[text', '[text]()'],
  ['[text]', '[text]'],
]

test.each(BROKEN_OFF)('%j reads as %j when it breaks off: no readable text is left out', (source, closed) => {
  expect(closeTail(source, { brokeOff: true })).toBe(closed)
})

test('marks that stay open are text, and are not all closed', () => {
  const source = '*a _b '.repeat(1000)
  expect(closeTail(source).length).toBeLessThan(source.length + 20)
})

test('a table that breaks off in its first row or the rule below it stays a table', () => {
  for (const source of ['| a | b', '| a | b |\n', '| a | b |\n|', '| a | b |\n| :-', '| a | b |\n\n'])
    expect(closeTable(source)).toMatch(/^\| a \| b +\|\n\| - \| - \|$/)
  for (const source of ['|', '|x| = 3', '| a\nb', 'a | b', '| a | b |\n|:-:|--:|', '| a |\n| - |\n| **1'])
    expect(closeTable(source)).toBe(source)
})
