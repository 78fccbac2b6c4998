import { expect, test } from 'vitest'
import { lexBlocks } from './markdown/lex.ts'
import { samplesOf, WORDS } from './warm-up.tsx'

test('each round has all blocks in it, whatever its word is', () => {
  for (const word of WORDS) {
    const { tokens, links, notes } = lexBlocks(samplesOf(word).join(''))
    expect(new Set(tokens.map(({ type }) => type)), word).toEqual(
      new Set([
        'paragraph',
        'space',
        'heading',
        'hr',
        'list',
        'blockquote',
        'table',
        'code',
        'math',
        'def',
        'note',
      ]),
    )
    expect([Object.keys(links), notes]).toEqual([['a'], ['n']])
  }
})
