import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { whileIdle } from '../idle.ts'
import { BlockList } from './block-list.tsx'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'

/** A little of everything, in parts that take a slow phone less than 50 ms each. */
const SAMPLES = [
  'Some text\nand more.\n\n# Heading\n\n## Less\n\n### And less\n\n***\n\n',
  '**bold** *em* `code` ~~del~~ [a](https://a.example) <https://a.example> [^1] ![i](x) $x$ &amp; \\* **open',
  '**\n\n- item\n  1. [x] done\n\n> quote\n\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\n',
  '```\ncode\n```\n\n$$x$$\n\n[a]: https://a.example "a"\n\n[^n]: note\n\n',
]
/**
 * For expressions, text with a character beyond Latin 1 is another kind of text. And what the page's fonts lack comes
 * from others, which are looked for when they are needed.
 */
const WIDE_SAMPLES = ['🌊', '中', 'こ', '한', 'न'].map((letter, index) => `${letter} ${SAMPLES[index]}`)

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
  // Expressions become bytecode when they are used, and machine code the second time.
  for (const sample of [...SAMPLES, ...SAMPLES, ...WIDE_SAMPLES, ...WIDE_SAMPLES]) {
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
