import type { Writer } from './cut-deltas.ts'
import { pick, type Random } from './random.ts'
import { SUBJECTS } from './subjects.ts'

/** A definition takes about so many tokens. */
const DEFINITION_TOKENS = 13
const ENDING_TOKENS = 30

/** Prose full of links and footnotes that are all defined at its very end, as in a paper. */
export function referencesWriter(random: Random): Writer {
  let used = 0
  let defined = 0
  return (room) => {
    if (defined === 0 && room > (used + 2) * DEFINITION_TOKENS + ENDING_TOKENS) {
      used += 1
      const [first = '', second = ''] = [pick(random, SUBJECTS), pick(random, SUBJECTS)].map(({ facts }) =>
        pick(random, facts),
      )
      return `${first} It says so in [source ${used}][s${used}]. ${second}[^n${used}]\n\n`
    }
    if (defined === used) return `${pick(random, pick(random, SUBJECTS).facts)} `
    defined += 1
    return `[s${defined}]: https://example.com/source/${defined}\n\n[^n${defined}]: Note ${defined}.\n\n`
  }
}
