import { parse } from 'jsonriver'

/** Of objects and arrays in each other. Nothing deeper is shown; the server does not accept it. */
const MAX_DEPTH = 64

export interface PartialJson {
  /**
   * Adds the text that follows. Calls `onParsed` when it is parsed, within a few microtasks and before the page paints.
   * Text after a mistake is ignored.
   */
  write(text: string): void
  /**
   * What the text says so far; undefined before its first value. Another object for each change, in which all that is
   * finished is the same object as before: memoised components are rendered only for what has changed.
   */
  value(): unknown
  /** Whether a value from `value()` is complete. */
  isFinished(value: object): boolean
}

/**
 * Parses a JSON text that grows at its end. The cost of an update depends on what is new, not on what there is; but the list
 * that grows is copied, which only lists of many thousand items make noticeable.
 */
export function createPartialJson(onParsed: () => void): PartialJson {
  const finished = new WeakSet<object>()
  let pieces: string[] = []
  let wake: (() => void) | undefined
  let root: unknown
  let shown: unknown
  let isBroken = false

  /** jsonriver asks for more text when it has parsed all that there was. */
  async function* incoming(): AsyncGenerator<string> {
    for (;;) {
      const text = pieces.join('')
      pieces = []
      if (text === '') {
        show()
        await new Promise<void>((resolve) => (wake = resolve))
      } else yield text
    }
  }

  async function parseAll() {
    try {
      const values = parse(incoming(), {
        completeCallback(value) {
          if (typeof value === 'object' && value !== null) finished.add(value)
        },
      })
      for await (const value of values) root = value
    } catch {
      // What there is stays. The server says what is wrong.
      isBroken = true
      show()
    }
  }

  /** jsonriver changes what is not finished in place. */
  function show() {
    try {
      shown = copyOpen(root, 0)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      isBroken = true
    }
    onParsed()
  }

  /** A copy of what may still change. That is one branch of the tree, the one at the end of the text. */
  function copyOpen(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null || finished.has(value)) return value
    if (depth === MAX_DEPTH) throw new RangeError('too deep')
    if (Array.isArray(value)) {
      const copy: unknown[] = value.slice()
      if (copy.length > 0) copy[copy.length - 1] = copyOpen(copy.at(-1), depth + 1)
      return copy
    }
    // Not by assignment, which would give it a prototype for the key `__proto__`.
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copyOpen(field, depth + 1)]))
  }

  let isStarted = false
  return {
    write(text) {
      if (isBroken) return onParsed()
      pieces.push(text)
      if (isStarted) wake?.()
      else void parseAll()
      isStarted = true
    },
    value: () => shown,
    isFinished: (value) => finished.has(value),
  }
}
