import { expect, test } from 'vitest'
import { closeTail } from './close-tail.ts'

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
  ['[label]: https://exa', ''],
  ['[^note]', ''],
  ['[^note]: The *no', '[^note]: The *no*'],
  ['**done\n\n', '**done\n\n'],
]

test.each(CASES)('%j reads as %j while it grows', (source, closed) => {
  expect(closeTail(source)).toBe(closed)
})
