import { expect, test } from 'vitest'
import { chooseAnswer } from './choose-answer.ts'
import { seededRandom } from './random.ts'
import { parseSampleAnswer, readSamples } from './sample-answers.ts'

const { answers, thinking, lorem, emoji } = readSamples()

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
  expect(parseSampleAnswer(`${file}\n`)).toEqual({
    title: 'Tea',
    parts: [
      'Tea is a drink. It is hot.',
      'You need:\n\n- water\n- leaves',
      '```sh\nbrew\n\nserve\n```',
      'It came late.[^late]\n\n[^late]: In 1610.',
      '### Then\n\nDrink [it](https://example.com).',
    ],
    sentences: ['Tea is a drink.', 'It is hot.'],
  })
})

test('every sample has a title of its own and closes what it opens, and ends with a sentence', () => {
  expect(new Set(answers.map(({ title }) => title)).size).toBe(answers.length)
  for (const { title, parts } of answers) {
    const text = parts.join('\n\n')
    expect(text, title).toMatch(/[.!?…][”)*_]*(?: \p{Extended_Pictographic}\uFE0F?)?$/u)
    expect(text.match(/^```/gm)?.length ?? 0, title).toSatisfy((fences: number) => fences % 2 === 0)
    for (const [note] of text.matchAll(/\[\^\w+\](?!:)/g)) expect(text, title).toContain(`${note}: `)
  }
})

test('every sentence can stand alone', () => {
  const sentences = [...answers.flatMap((answer) => answer.sentences), ...thinking, ...lorem, ...emoji]
  expect(sentences.length).toBeGreaterThan(150)
  for (const sentence of sentences) {
    expect(sentence).toMatch(/[.!?]$/)
    const count = (mark: string) => sentence.split(mark).length - 1
    expect(count('“'), sentence).toBe(count('”'))
    for (const mark of ['_', '**', '`']) expect(count(mark) % 2, sentence).toBe(0)
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
  const answer = chooseAnswer(seededRandom(1), answers, question)
  expect(answer.title).toContain(title)
  expect(answers).toContain(answer)
})

test('where no sample fits, the answer says so first', () => {
  const { title, parts } = chooseAnswer(seededRandom(1), answers, 'Who won?')
  expect(parts[0]).toBe(`I am a simulator and cannot answer “Who won?” Here is something else: **${title}**.`)
  expect(parts.slice(1)).toEqual(answers.find((answer) => answer.title === title)?.parts)
})
