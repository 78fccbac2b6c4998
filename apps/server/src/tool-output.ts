import { MAX_OUTPUT_CHARS } from '@sluice/events'

/** Room for the last line, which says what was cut. */
const NOTE_CHARS = 100

/**
 * What a procedure returned, as a tool's output: JSON. `undefined` is `null`, because JSON has nothing nearer and a view
 * that is typed from the router parses it.
 *
 * @throws what `JSON.stringify` throws: a cycle, a BigInt, a result beyond 512 MB, an error of a `toJSON`.
 */
export function outputOf(result: unknown): string {
  // Its type leaves out that the result can be undefined.
  const json: string | undefined = JSON.stringify(result)
  return cutOutput(json ?? 'null')
}

/** The text itself, or its beginning and a last line that says how much there was: at most `MAX_OUTPUT_CHARS`. */
export function cutOutput(text: string): string {
  if (text.length <= MAX_OUTPUT_CHARS) return text
  const beginning = text.slice(0, MAX_OUTPUT_CHARS - NOTE_CHARS).replace(/[\ud800-\udbff]$/, '')
  // A copy: the slice would keep all of the text in memory.
  const copy = Buffer.from(beginning).toString()
  return `${copy}\n[Cut here: ${copy.length} of ${text.length} characters.]`
}
