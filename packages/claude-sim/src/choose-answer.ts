import { pick, type Random } from './random.ts'
import type { SampleAnswer } from './sample-answers.ts'

/** Words of a title that do not say what it is about. */
const FILLERS = new Set('a an and by for how in is it of on one or that the to what when why with'.split(' '))

/** The answer whose title has the most words of the question; or any, with a first part that says so. */
export function chooseAnswer(
  random: Random,
  answers: readonly SampleAnswer[],
  question: string,
): SampleAnswer {
  const asked = wordsOf(question)
  const scores = answers.map(({ title }) => [...wordsOf(title)].filter((word) => asked.has(word)).length)
  const best = Math.max(...scores)
  const answer = pick(
    random,
    answers.filter((_, index) => scores[index] === best),
  )
  if (best > 0 || question === '') return answer
  const excuse = `I am a simulator and cannot answer ${quoted(question)} Here is something else: **${answer.title}**.`
  return { ...answer, parts: [excuse, ...answer.parts] }
}

function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return new Set(words.filter((word) => !FILLERS.has(word)).map((word) => word.replace(/(?<=..)s$/, '')))
}

function quoted(text: string): string {
  const line = lineOf(text)
  return `“${line}${/[.?!…]$/.test(line) ? '' : '.'}”`
}

/** The start of it in one line, without the characters that markdown would act on. */
export function lineOf(text: string): string {
  const line = text.replaceAll(/[\\`*_~[\]<>|#!$\s]+/g, ' ').trim()
  const start = Array.from(line).slice(0, 80).join('')
  return start.length < line.length ? `${start}…` : start
}
