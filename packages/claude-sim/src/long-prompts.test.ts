import { expect, test } from 'vitest'
import { parseControls } from './behaviour.ts'
import { directivesIn, withoutDirectives } from './conversation.ts'
import { explainWish } from './explain-wish.ts'
import { markdownWriter } from './markdown-writer.ts'
import { parseMessagesBody } from './messages-body.ts'
import { seededRandom } from './random.ts'
import { workGrowth } from './testing/work-growth.ts'

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
const WORK: Record<string, (text: string) => unknown> = {
  directives: directivesIn,
  prompt: withoutDirectives,
  controls: (text) => refusalOf(() => parseControls(text, '[[sim]]')),
  explanation: (text) => explanationOf(text),
  introduction: (text) => markdownWriter(seededRandom(1), [text, text])(1000),
}

function refusalOf(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (error) {
    return error
  }
}

function explanationOf(problem: string): string {
  const body = parseMessagesBody(
    JSON.stringify({ model: 'claude-x', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] }),
  )
  return [...explainWish(body, problem).textDeltas()].map(({ text }) => text).join('')
}

test.each(Object.entries(WORK))(
  'a prompt costs as much as it is long, whatever is in it: %s',
  (_name, work) => {
    const slow = PIECES.map((piece) => ({
      piece,
      growth: workGrowth((chars) => `x ${piece.repeat(chars / piece.length)} x`, work),
    })).filter(({ growth }) => growth > 64)
    expect(slow).toEqual([])
  },
)
