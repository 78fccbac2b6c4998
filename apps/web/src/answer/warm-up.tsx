import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { inTasks, whileIdle } from '../steps.ts'
import { BlockList } from './block-list.tsx'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'
import { NO_DEFINITIONS } from './markdown/definitions.ts'
import { lex, lexBlocks } from './markdown/lex.ts'

/** A little of everything, in parts that take a slow phone less than 50 ms each. */
export const samplesOf = (word: string) => [
  `${word}\nand more.\n\n# ${word}\n\n## ${word}\n\n### ${word}\n\n***\n\n`,
  `**${word}** *${word}* \`${word}\` ~~${word}~~ [${word}](https://a.example) <https://a.example> [^1] `,
  `![${word}](x) $x$ &amp; \\* **${word}`,
  `**\n\n- ${word}\n  1. [x] ${word}\n\n> ${word}\n\n`,
  `| ${word} | b |\n|---|---|\n| 1 | ${word} |\n\n`,
  `\`\`\`\n${word}\n\`\`\`\n\n$$x$$\n\n[a]: https://a.example "a"\n\n[^n]: ${word}\n\n`,
]

/**
 * Expressions become bytecode when they are used, and machine code the second time; and again for text with a
 * character beyond Latin 1. What the page's fonts lack comes from others, which are looked for when they are needed.
 */
export const WORDS = ['word', 'word', '中 こ', '한 न 🌊']

/**
 * Lexes a few lines, and renders none. A page that is loaded in the midst of an answer is not idle before it shows the
 * first words, and a third of what those would take is the lexer's expressions.
 */
export function warmUpLexer(): Promise<void> {
  const text = samplesOf('word').join('')
  return inTasks([() => lexBlocks(text), () => lex(text, NO_DEFINITIONS)])
}

let warm: Promise<void> | undefined

/**
 * Reads and renders a few lines, out of sight and while the page is idle. What is used for the first time takes
 * long: expressions and functions are compiled, fonts are asked for. With an answer's first words, that was most
 * of what those took.
 */
export function warmUp(): Promise<void> {
  return (warm ??= whileIdle(rehearsal()))
}

function* rehearsal() {
  const host = document.createElement('div')
  host.style.cssText = 'position:fixed;visibility:hidden;contain:strict'
  const root = createRoot(host)
  let blocks = EMPTY_BLOCKS
  for (const sample of WORDS.flatMap(samplesOf)) {
    yield () => {
      blocks = appendText(blocks, sample)
    }
    yield () => flushSync(() => root.render(<BlockList blocks={blocks} over={false} brokeOff={false} />))
    yield () => {
      // In the page no longer than it takes to be laid out: nobody gets to see, hear or find it.
      document.body.append(host)
      host.getBoundingClientRect()
      host.remove()
    }
  }
  yield () => root.unmount()
}
