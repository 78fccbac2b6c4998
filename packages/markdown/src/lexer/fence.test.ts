import { expect, test } from 'vitest'
import { appendText, EMPTY_BLOCKS, finishBlocks } from '../blocks.ts'
import { LONG } from '../testing/answer-text.ts'
import { codeOfPieces, isFence } from './fence.ts'

const ENDLESS_LINE = `\`\`\`\n${'x'.repeat(40_000)}\n\`\`\``

test.each([
  ['short', '```js\nlet a\n\nlet b\n```'],
  ['long', LONG.fence(40_000)],
  ['of one endless line', ENDLESS_LINE],
])('the code of a fence that is %s is what is written in it', (_, text) => {
  const { groups } = finishBlocks(appendText(EMPTY_BLOCKS, text))
  const blocks = groups.flatMap((group) =>
    group.blocks.map(({ pieces }) => pieces.map(({ source }) => source)),
  )
  const fence = blocks.find(([source = '']) => isFence(source)) ?? []
  const [, code] = /```\w*\n([^]*)\n```/.exec(text) ?? []
  expect(codeOfPieces(fence)).toBe(code)
})
