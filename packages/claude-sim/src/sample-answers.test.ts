import { expect, test } from 'vitest'
import { openAnswer } from './markdown-writer.ts'
import { seededRandom } from './random.ts'
import { endsSentence, parseSampleAnswer, readSampleAnswers } from './sample-answers.ts'

const ANSWERS = readSampleAnswers()

test('a file is its title and its parts; an introduction, a heading and a definition are not parted from theirs', () => {
  const file = [
    '# Tea',
    'Tea is a drink. It is hot.',
    'You need:',
    '- water\n- leaves',
    '```sh\nbrew\n\nserve\n```',
    'It came late.[^late]',
    '[^late]: In 1610.',
    '### Then',
    'Drink [it](https://example.com).',
  ].join('\n\n')
  const answer = {
    title: 'Tea',
    parts: [
      'Tea is a drink. It is hot.',
      'You need:\n\n- water\n- leaves',
      '```sh\nbrew\n\nserve\n```',
      'It came late.[^late]\n\n[^late]: In 1610.',
      '### Then\n\nDrink [it](https://example.com).',
    ],
    sentences: ['Tea is a drink.', 'It is hot.'],
  }
  expect(parseSampleAnswer(`${file}\n`)).toEqual(answer)
  expect(parseSampleAnswer(`${file}\n`.replaceAll('\n', '\r\n'))).toEqual(answer)
})

test('every sample has a title of its own and closes what it opens, and ends with a sentence', () => {
  expect(new Set(ANSWERS.map(({ title }) => title)).size).toBe(ANSWERS.length)
  for (const { title, parts } of ANSWERS) {
    const text = parts.join('\n\n')
    expect(endsSentence(text), title).toBe(true)
    expect(text.match(/^```/gm)?.length ?? 0, title).toSatisfy((fences: number) => fences % 2 === 0)
    for (const [note] of text.matchAll(/\[\^\w+\](?!:)/g)) expect(text, title).toContain(`${note}: `)
  }
})

test.each([
  ['Explain backpressure with an everyday comparison', 'Backpressure'],
  ['Compare SSE and WebSockets in a table', 'SSE and WebSockets'],
  ['Write a TypeScript function that merges sorted lists', 'A TypeScript function'],
  ['A haiku, please', 'A haiku'],
  ['Tell me about canal locks', 'How a canal lock works'],
  ['Tell me a long story', 'A long story'],
])('%s: the sample that fits is the answer', (question, title) => {
  const { answer, parts } = openAnswer(seededRandom(1), ANSWERS, question)
  expect(answer.title).toContain(title)
  expect(parts).toEqual(answer.parts)
})

test('where no sample fits, the answer says so first', () => {
  const { answer, parts } = openAnswer(seededRandom(1), ANSWERS, 'Who won?')
  expect(parts[0]).toContain('I am a simulator and cannot answer “Who won?”')
  expect(parts.slice(1)).toEqual(answer.parts)
})
