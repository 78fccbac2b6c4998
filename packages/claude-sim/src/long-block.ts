import { between, pick, type Random } from './random.ts'
import type { SampleAnswer } from './sample-answers.ts'

/** A single block, as long as the answer: for tests of what renders it while it grows. */
export const LONG_BLOCKS = ['fence', 'list', 'table', 'paragraph'] as const
export type LongBlock = (typeof LONG_BLOCKS)[number] | 'references'

const OPENING =
  'What follows is long[^long], and there is [more about it][about].\n\n[^long]: As long as you asked for.\n\n[about]: https://example.com/long "Long things"\n\n'
const CLOSING = 'That was the end of it, and this is **another** block.'

interface Block {
  opening: string
  /** The parts that make it long. A definition of theirs comes after all of them. */
  part: (number: number) => { text: string; definition?: string }
  closing: string
}

/** About `chars` characters of one block; of `references`, paragraphs whose links are all defined at the end. */
export function writeLongBlock(
  random: Random,
  chars: number,
  { kind, answers }: { kind: LongBlock; answers: readonly SampleAnswer[] },
): string {
  const { opening, part, closing } = blockOf(random, kind, answers)
  let parts = opening
  let ending = ''
  for (let number = 1; ; number += 1) {
    const { text, definition = '' } = part(number)
    const length = parts.length + text.length + ending.length + definition.length + closing.length
    if (number > 1 && length > chars) return parts + ending + closing
    parts += text
    ending += definition
  }
}

function blockOf(random: Random, kind: LongBlock, answers: readonly SampleAnswer[]): Block {
  const quotes = answers.flatMap(({ title, sentences }) => sentences.map((sentence) => ({ title, sentence })))
  const quote = () => pick(random, quotes).sentence
  switch (kind) {
    case 'fence':
      return {
        opening: `${OPENING}\`\`\`ts\n`,
        part: (number) => ({
          text: `// part ${number}\nexport function part${number}(lines: readonly string[]): number {\n  return lines.filter((line) => line.length > ${between(random, 1, 999)}).length\n}\n\n`,
        }),
        closing: `\`\`\`\n\n${CLOSING}`,
      }
    case 'list':
      return {
        opening: OPENING,
        part: (number) => ({
          text: `- **Point ${number}.** ${quote()}\n${random() < 0.3 ? `  - ${quote()}\n` : ''}`,
        }),
        closing: `\n${CLOSING}`,
      }
    case 'table':
      return {
        opening: `${OPENING}| Number | About | What it says |\n| ---: | :--- | --- |\n`,
        part: (number) => {
          const { title, sentence } = pick(random, quotes)
          return { text: `| ${number} | *${title}* | ${sentence} |\n` }
        },
        closing: `\n${CLOSING}`,
      }
    case 'paragraph':
      return {
        opening: OPENING,
        part: () => ({ text: `${quote()} ` }),
        closing: `\n\n${CLOSING}`,
      }
    case 'references':
      return {
        opening: '',
        part: (number) => ({
          text: `${quote()} It says so in [source ${number}][s${number}]. ${quote()}[^n${number}]\n\n`,
          definition: `[s${number}]: https://example.com/source/${number}\n\n[^n${number}]: Note ${number}.\n\n`,
        }),
        closing: '',
      }
    default:
      return kind satisfies never
  }
}
