import { fits, tokensOf, type Writer } from './cut-deltas.ts'
import { dealer, pick, type Random } from './random.ts'
import { endsSentence, type SampleAnswer, sentencesIn } from './sample-answers.ts'

const RETURNS = ['once more', 'continued', 'revisited', 'from the top']
/** Where neither a part nor a sentence is the end. */
const CLOSINGS = ['Tell me if you would like more detail.', 'Does that help?'] as const
/** Words of a title that say nothing of what it is about. */
const FILLERS = new Set('a an and by for how in is it of on one or that the to what when why with'.split(' '))

export interface Opening {
  answer: SampleAnswer
  parts: readonly string[]
}

/** The answer whose title has most words of the question, or any, which then says that it is another one. */
export function openAnswer(random: Random, answers: readonly SampleAnswer[], question: string): Opening {
  const asked = wordsOf(question)
  const scores = answers.map(({ title }) => [...wordsOf(title)].filter((word) => asked.has(word)).length)
  const best = Math.max(...scores)
  const answer = pick(
    random,
    answers.filter((_, index) => scores[index] === best),
  )
  if (best > 0 || question === '') return { answer, parts: answer.parts }
  const excuse = `I am a simulator and cannot answer ${quoted(question)} Here is something else: **${answer.title}**.`
  return { answer, parts: [excuse, ...answer.parts] }
}

/**
 * Goes on with other answers, each under its title. Where the next part does not fit any more, it is passed over
 * for sentences that do, and in the end there is always one.
 */
export function markdownWriter(
  random: Random,
  answers: readonly SampleAnswer[],
  { answer, parts }: Opening,
): Writer {
  const deal = dealer(random, answers)
  const seen = new Set([answer])
  let left = [...parts]
  let inline = false
  let last = ''

  function nextPiece(room: number): string {
    if (!inline && !leavesRoom(left[0] ?? '', room)) {
      left = left.flatMap(sentencesIn)
      inline = left.length > 0
    }
    if (inline) left = left.filter((sentence) => fits(sentence, room))
    return left.shift() ?? openAnother(room) ?? (endsSentence(last) ? '' : closingLine(room))
  }

  function openAnother(room: number): string | undefined {
    inline = false
    for (let attempt = 0; attempt < answers.length; attempt += 1) {
      const other = deal()
      const [first = '', ...rest] = other.parts
      const head = `## ${other.title}${seen.has(other) ? `, ${pick(random, RETURNS)}` : ''}\n\n${first}`
      if (!leavesRoom(head, room)) continue
      seen.add(other)
      left = rest
      return head
    }
    return undefined
  }

  return (room) => {
    const joined = inline ? ' ' : '\n\n'
    const piece = nextPiece(room)
    if (piece === '') return ''
    const separator = last === '' ? '' : inline ? joined : '\n\n'
    last = piece
    return separator + piece
  }
}

function leavesRoom(part: string, room: number): boolean {
  return fits(part, endsSentence(part) ? room : room - tokensOf(CLOSINGS[0]))
}

function closingLine(room: number): string {
  return CLOSINGS.find((line) => fits(line, room)) ?? 'Yes.'
}

function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return new Set(words.filter((word) => !FILLERS.has(word)).map((word) => word.replace(/(?<=..)s$/, '')))
}

/** One line of it, without what markdown would act on. */
function quoted(text: string): string {
  const line = text.replaceAll(/[\\`*_~[\]<>|#!$\s]+/g, ' ').trim()
  const start = Array.from(line).slice(0, 80).join('')
  const mark = start.length < line.length ? '…' : /[.?!…]$/.test(start) ? '' : '.'
  return `“${start}${mark}”`
}
