import { expect, test } from 'vitest'
import { parseControls } from './behaviour.ts'
import { directivesIn, withoutDirectives } from './conversation.ts'
import { openAnswer } from './markdown-writer.ts'
import { seededRandom } from './random.ts'
import { readSampleAnswers } from './sample-answers.ts'
import { workGrowth } from './testing/work-growth.ts'

const ANSWERS = readSampleAnswers()

const PIECES = [
  '[[sim ',
  '[[sim',
  '[[sim a ]',
  '[[sim a]]',
  '[[',
  '[',
  ']',
  ']]',
  ' ',
  '\n',
  '\r\n',
  ',',
  '=',
  'a=',
  '`',
  '*',
  '\\',
  '<',
  '|',
  'a',
  'é',
]

/** Everything that the simulator does to the text of a prompt. */
const WORK: readonly ((text: string) => unknown)[] = [
  directivesIn,
  withoutDirectives,
  (text) => refusalOf(() => parseControls(text, '[[sim]]')),
  (text) => openAnswer(seededRandom(1), ANSWERS, text),
]

function refusalOf(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (error) {
    return error
  }
}

test.each(PIECES)('the work grows as the prompt does, however often %j is in it', (piece) => {
  const textOf = (chars: number) => `x ${piece.repeat(chars / piece.length)} x`
  for (const work of WORK) expect(workGrowth(textOf, work)).toBeLessThan(64)
})
