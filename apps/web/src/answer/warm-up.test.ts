import { Lexer } from 'marked'
import { afterEach, expect, test, vi } from 'vitest'
import { markdownPart } from './markdown-part.ts'
import { lexBlocks } from './markdown/lex.ts'
import { samplesOf, WORDS } from './warm-up.tsx'

afterEach(() => void vi.restoreAllMocks())

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
  const later = globalThis.setTimeout
  const spies = {
    task: vi.fn<() => void>(),
    blocks: vi.spyOn(Lexer.prototype, 'blockTokens'),
    inline: vi.spyOn(Lexer.prototype, 'inlineTokens'),
    published: vi.fn<() => void>(),
  }
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run) =>
    later(() => {
      spies.task()
      run()
    }),
  )
  const unsubscribe = markdownPart.subscribe(spies.published)
  await markdownPart.load()
  unsubscribe()
  const calls = Object.entries(spies).flatMap(([name, { mock }]) =>
    mock.invocationCallOrder.map((at) => ({ at, name })),
  )
  const names = calls.toSorted((a, b) => a.at - b.at).map(({ name }) => name)
  expect(names.filter((name, index) => name !== names[index - 1])).toEqual([
    'task',
    'blocks',
    'task',
    'blocks',
    'inline',
    'task',
    'published',
  ])
})
