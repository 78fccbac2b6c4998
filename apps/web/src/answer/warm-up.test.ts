import { Lexer } from 'marked'
import { expect, test, vi } from 'vitest'
import { markdownPart } from './markdown-part.ts'
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

test('before there is markdown the lexer reads it all, in tasks of their own', async () => {
  const spies = {
    task: vi.spyOn(globalThis, 'setTimeout'),
    blocks: vi.spyOn(Lexer.prototype, 'blockTokens'),
    inline: vi.spyOn(Lexer.prototype, 'inlineTokens'),
    published: vi.fn<() => void>(),
  }
  markdownPart.subscribe(spies.published)
  await markdownPart.load()
  const calls = Object.entries(spies).flatMap(([name, { mock }]) =>
    mock.invocationCallOrder.map((at) => ({ at, name })),
  )
  const names = calls.toSorted((a, b) => a.at - b.at).map(({ name }) => name)
  expect(names.filter((name, index) => name !== names[index - 1]).join(' ')).toMatch(
    /^task blocks task blocks inline( blocks inline)* task published$/,
  )
  vi.restoreAllMocks()
})
