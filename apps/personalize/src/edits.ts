import { PersonalizeError } from './personalize-error.ts'

interface Range {
  readonly start: number
  readonly end: number
  readonly put: string
}

/** A change to one file. It is sought in the file as it is in the repository, so the order of edits does not matter. */
export type Edit = (text: string) => Range

/**
 * Replaces a fragment, which must be in the file exactly once; or, where it is there more often, exactly once in the
 * piece of the file that is `within`.
 */
export function swap(from: string, put: string, within = from): Edit {
  return (text) => {
    const start = indexOfOnly(text, within) + indexOfOnly(within, from)
    return { start, end: start + from.length, put }
  }
}

/** Removes a fragment, as {@link swap}. */
export function cut(fragment: string, within = fragment): Edit {
  return swap(fragment, '', within)
}

/** Removes the one line that begins like this; its indentation is left out. */
export function line(begin: string): Edit {
  return (text) => {
    const { all, at } = find(text, begin)
    return lineRange(all, at, at)
  }
}

/**
 * Removes the lines from the one that begins like this to the one that closes what it opens, with the comment above: a
 * test, a function, an object, an element.
 */
export function block(begin: string): Edit {
  return (text) => {
    const { all, at } = find(text, begin)
    const indent = indentOf(all[at] ?? '')
    const last = all.findIndex((each, index) => index > at && indentOf(each) === indent && CLOSES.test(each))
    if (last === -1) throw new PersonalizeError(`nothing closes: ${begin}`)
    let first = at
    while (COMMENT.test(all[first - 1] ?? '')) first -= 1
    return lineRange(all, first, last)
  }
}

/** A line that closes something and opens nothing. */
const CLOSES = /^\s*(?:[)\]}]|<\/|\/>)(?!.*(?:[([{]|=>)$)/
const COMMENT = /^\s*(?:\/\/|\/\*|\*|#)/

/** Removes the lines from the one that begins like `first` to the next one that begins like `last`, both included. */
export function lines(first: string, last: string): Edit {
  return (text) => {
    const { all, at } = find(text, first)
    const end = all.findIndex((each, index) => index > at && each.trimStart().startsWith(last))
    if (end === -1) throw new PersonalizeError(`it lacks, after ${first}: ${last}`)
    return lineRange(all, at, end)
  }
}

/** Removes a heading of Markdown and what is below it, to the next heading that is not deeper. */
export function section(heading: string): Edit {
  return (text) => {
    const { all, at } = find(text, `${heading}\n`)
    const level = heading.indexOf(' ')
    const next = all.findIndex((each, index) => index > at && /^#+ /.test(each) && each.indexOf(' ') <= level)
    return lineRange(all, at, (next === -1 ? all.length : next) - 1)
  }
}

/** Applies edits that were each found in `text`. @throws {PersonalizeError} what does not match, or overlaps. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ranges = edits.map((edit) => edit(text)).toSorted((a, b) => a.start - b.start || b.end - a.end)
  let result = ''
  let done = 0
  let last: Range | undefined
  for (const range of ranges) {
    if (range.start < done) {
      // Inside of what is removed anyway, or the same edit of another room.
      const isInside = range.end <= done && (last?.put === '' || last?.put === range.put)
      const isUnion = last?.put === '' && range.put === ''
      if (!isInside && !isUnion)
        throw new PersonalizeError(`two edits meet at: ${text.slice(range.start, range.end)}`)
      done = Math.max(done, range.end)
      continue
    }
    result += text.slice(done, range.start) + range.put
    done = range.end
    last = range
  }
  return result + text.slice(done)
}

function indexOfOnly(text: string, fragment: string): number {
  const start = text.indexOf(fragment)
  if (start === -1) throw new PersonalizeError(`it lacks: ${fragment}`)
  if (text.includes(fragment, start + 1)) throw new PersonalizeError(`it has more than once: ${fragment}`)
  return start
}

function find(text: string, begin: string): { all: string[]; at: number } {
  const all = text.split('\n')
  const begins = (each: string) => `${each.trimStart()}\n`.startsWith(begin)
  const at = all.findIndex(begins)
  if (at === -1) throw new PersonalizeError(`it lacks the line: ${begin}`)
  if (all.findLastIndex(begins) !== at) throw new PersonalizeError(`it has more than one line: ${begin}`)
  return { all, at }
}

/** Whole lines; where an empty line is left on both sides, one of them too. */
function lineRange(all: readonly string[], first: number, last: number): Range {
  const isEmpty = (index: number) => all[index] === undefined || all[index] === ''
  const end = isEmpty(first - 1) && isEmpty(last + 1) ? last + 1 : last
  const offset = (index: number) => all.slice(0, index).reduce((sum, each) => sum + each.length + 1, 0)
  return { start: offset(first), end: Math.min(offset(end + 1), offset(all.length) - 1), put: '' }
}

function indentOf(each: string): string {
  return /^\s*/.exec(each)?.[0] ?? ''
}
