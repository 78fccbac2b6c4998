import { fits, tokensOf, type Writer } from './cut-deltas.ts'
import { between, pick, type Random } from './random.ts'
import type { SampleAnswer } from './sample-answers.ts'

/** A single block, as long as the answer: for tests of what renders it while it grows. */
export const LONG_BLOCKS = ['fence', 'list', 'table', 'paragraph'] as const
export type LongBlock = (typeof LONG_BLOCKS)[number]

const INTRO =
  'What follows is long[^long], and there is [more about it][about].\n\n[^long]: As long as you asked for.\n\n[about]: https://example.com/long "Long things"\n\n'
const ENDING = 'That was the end of it, and this is **another** block.'

interface Block {
  opening: string
  part: (number: number) => string
  closing: string
}

export function longBlockWriter(random: Random, kind: LongBlock, answers: readonly SampleAnswer[]): Writer {
  const { opening, part, closing } = blockOf(random, kind, answers)
  const ending = closing + ENDING
  let count = 0
  let ended = false
  return (room) => {
    if (ended) return ''
    if (count === 0) {
      count = 1
      return INTRO + opening
    }
    const next = part(count)
    if (fits(next, room - tokensOf(ending))) {
      count += 1
      return next
    }
    ended = true
    return ending
  }
}

function blockOf(random: Random, kind: LongBlock, answers: readonly SampleAnswer[]): Block {
  const quotable = answers.filter(({ sentences }) => sentences.length > 0)
  const sentence = () => pick(random, pick(random, quotable).sentences)
  switch (kind) {
    case 'fence':
      return {
        opening: '```ts\n',
        part: (number) =>
          `// part ${number}\nexport function part${number}(lines: readonly string[]): number {\n  return lines.filter((line) => line.length > ${between(random, 1, 999)}).length\n}\n\n`,
        closing: '```\n\n',
      }
    case 'list':
      return {
        opening: '',
        part: (number) =>
          `- **Point ${number}.** ${sentence()}\n${random() < 0.3 ? `  - ${sentence()}\n` : ''}`,
        closing: '\n',
      }
    case 'table':
      return {
        opening: '| Number | About | What it says |\n| ---: | :--- | --- |\n',
        part: (number) => {
          const { title, sentences } = pick(random, quotable)
          return `| ${number} | *${title}* | ${pick(random, sentences)} |\n`
        },
        closing: '\n',
      }
    case 'paragraph':
      return { opening: '', part: () => `${sentence()} `, closing: '\n\n' }
    default:
      return kind satisfies never
  }
}

/** Prose full of links and footnotes that are all defined at its very end, as in a paper. */
export function referencesWriter(random: Random, answers: readonly SampleAnswer[]): Writer {
  const all = answers.flatMap(({ sentences }) => sentences)
  const sentence = () => pick(random, all)
  let used = 0
  let tokensOfDefinitions = 0
  let defined: number | undefined
  return (room) => {
    if (defined === undefined) {
      const number = used + 1
      const paragraph = `${sentence()} It says so in [source ${number}][s${number}]. ${sentence()}[^n${number}]\n\n`
      const tokens = tokensOfDefinitions + tokensOf(definitionOf(number))
      if (used === 0 || fits(paragraph, room - tokens)) {
        used = number
        tokensOfDefinitions = tokens
        return paragraph
      }
      defined = 0
    }
    if (defined === used) return ''
    defined += 1
    return definitionOf(defined)
  }
}

function definitionOf(number: number): string {
  return `[s${number}]: https://example.com/source/${number}\n\n[^n${number}]: Note ${number}.\n\n`
}
