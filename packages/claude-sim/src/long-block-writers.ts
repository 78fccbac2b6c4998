import type { Writer } from './cut-deltas.ts'
import { CODE_SAMPLES } from './code-samples.ts'
import { between, pick, type Random, sample } from './random.ts'
import { SUBJECTS } from './subjects.ts'

/** What has one block only, as long as the answer: for whoever renders it while it grows. */
export const LONG_BLOCKS = ['fence', 'list', 'table', 'paragraph'] as const
export type LongBlock = (typeof LONG_BLOCKS)[number]

const INTRO =
  'What follows is long[^long], and there is [more about it][about].\n\n[^long]: As long as you asked for.\n\n[about]: https://example.com/long "Long things"\n\n'
/** Enough to end the block, and to say so. */
const ENDING_TOKENS = 60
const ENDING = 'That was the end of it, and this is **another** block.'

export function longBlockWriter(random: Random, kind: LongBlock): Writer {
  const { opening, part, closing } = BLOCKS[kind]
  let count = 0
  let ended = false
  return (room) => {
    if (ended) return ` ${pick(random, pick(random, SUBJECTS).facts)}`
    if (count === 0) {
      count = 1
      return INTRO + opening
    }
    if (room > ENDING_TOKENS) return part(random, count++)
    ended = true
    return `${closing}${ENDING}`
  }
}

interface Block {
  opening: string
  part: (random: Random, count: number) => string
  closing: string
}

const BLOCKS: Readonly<Record<LongBlock, Block>> = {
  fence: {
    opening: '```ts\n',
    part: (random, count) => {
      const { code } = pick(random, CODE_SAMPLES)
      const lines = sample(random, code.split('\n'), 3).join('\n')
      return `// part ${count}\n${lines}\nconst part${count} = [${between(random, 1, 999)}, 'a longer line of text']\n\n`
    },
    closing: '```\n\n',
  },
  list: {
    opening: '',
    part: (random, count) => {
      const { facts, steps } = pick(random, SUBJECTS)
      const inner = random() < 0.3 ? `  - ${pick(random, steps)}\n` : ''
      return `- **Point ${count}.** ${pick(random, facts)}\n${inner}`
    },
    closing: '\n',
  },
  table: {
    opening: '| Number | Word | What it means |\n| ---: | :--- | --- |\n',
    part: (random, count) => {
      const [word = '', ...meaning] = pick(random, pick(random, SUBJECTS).table.rows)
      return `| ${count} | *${word}* | ${meaning.join(', ')} |\n`
    },
    closing: '\n',
  },
  paragraph: {
    opening: '',
    part: (random) => `${pick(random, pick(random, SUBJECTS).facts)} `,
    closing: '\n\n',
  },
}
