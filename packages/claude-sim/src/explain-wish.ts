import type { AnswerPlan } from './answer-plan.ts'
import { BEHAVIOUR_KEYS, describeKey } from './behaviour.ts'
import { type Delta, tokensOf } from './cut-deltas.ts'
import type { MessagesBody } from './messages-body.ts'
import { hashText, seededRandom } from './random.ts'

/** The answer to a directive that asks for what there is not: whoever typed it reads answers, and no errors. */
export function explainWish(body: MessagesBody, problem: string): AnswerPlan {
  // Without the brackets of a grammar: they would be taken for part of a directive, which has some of its own.
  const keys = BEHAVIOUR_KEYS.map((key) => `- \`${key}\`: ${describeKey(key).replaceAll('[@N]', '@N')}`)
  const text = `I am Sluice’s simulator, and there is a word in your prompt that I do not understand:

\`${problem.replaceAll(/[`\s]+/g, ' ')}\`

It may be, for example, \`[[sim tps=300 tokens=2000 fault=reset@40]]\`. What there is:

${keys.join('\n')}`

  return {
    model: body.model,
    fault: { name: 'none', at: 0 },
    stopReason: 'end_turn',
    thinking: undefined,
    thinkingDeltas: () => wordsOf(''),
    textDeltas: () => wordsOf(text),
    noise: seededRandom(hashText(text)),
  }
}

function* wordsOf(text: string): Generator<Delta, void, undefined> {
  for (const [word] of text.matchAll(/\S+\s*/g)) {
    yield { text: word, tokens: tokensOf(word) }
  }
}
