import { idle } from '../../idle.ts'
import { closeTail } from './close-tail.ts'
import { NO_DEFINITIONS } from './definitions.ts'
import { lex } from './lex.ts'

/** A little of everything, in parts that take a slow phone less than 50 ms each. */
const SAMPLES = [
  'Some text\nand more.\n\n# Heading\n\n***\n\n',
  '- item\n  1. [x] done\n\n> quote\n\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\ncode\n```\n\n$$x$$\n\n[a]: https://a.example "a"\n\n[^n]: note\n',
  '**bold** *em* `code` ~~del~~ [a](https://a.example) <https://a.example> [^1] ![i](x) $x$ &amp; \\* **open',
]

/**
 * Regular expressions are compiled when they are used: to bytecode at first, to machine code the second time.
 * Done for an answer's first words, that is half of what those take.
 */
export async function warmUp(): Promise<void> {
  for (const sample of SAMPLES) {
    for (let time = 0; time < 2; time++) {
      await idle()
      lex(closeTail(sample), NO_DEFINITIONS)
    }
  }
}
