import { withoutDirectives } from './without-directives.ts'

/** Of a question. More than a title shows. */
const MAX_CHARS = 1000

/** The first line of a title or a question, without what is meant for the simulator. */
export function shownTitle(words: string): string {
  const [line = ''] = withoutDirectives(words.slice(0, MAX_CHARS)).trim().split('\n', 1)
  return line.replaceAll(/\s+/g, ' ') || 'New chat'
}
