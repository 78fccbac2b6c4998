interface Opening {
  readonly mark: string
  /** The index of the text after it. */
  readonly after: number
}

export interface Closing {
  /** Nothing will follow, so an incomplete mark is shown as text instead of being left out. */
  readonly brokeOff?: boolean
}

const FLANKING = /^[*_~]+/
/** The depth to which the lexer nests marks. Further open marks are text. */
const MAX_OPEN = 16
/** A bracket that stays open for longer is not a link. */
const MAX_LINK_TEXT = 200

/**
 * Closes every open mark of inline markdown that breaks off anywhere, and leaves out what may become a mark. So bold
 * text is bold from its first letter on, and a link is its text until its address is complete.
 */
export function closeMarks(text: string, { brokeOff = false }: Closing = {}): string {
  const open: Opening[] = []
  let end = text.length
  let at = 0
  while (at < end) {
    const char = text[at] ?? ''
    if (char === '\\') at += 2
    else if (char === '`') {
      const run = runAt(text, at)
      const close = endOfCode(text, at + run, run)
      if (close === undefined) return closeCode(text, at, run) + closers(open)
      at = close
    } else if (char === '*' || char === '_' || char === '~') {
      const mark = FLANKING.exec(text.slice(at, at + 8))?.[0].replace(/(.)(?!\1).*/, '$1') ?? char
      at += mark.length
      // This may be a part of a longer mark. It is left out, and the open mark is closed anyway.
      if (at >= end) end = at - mark.length
      else emphasise(open, mark, { before: text[at - mark.length - 1], after: text[at], index: at })
    } else if (char === '[') {
      at += 1
      open.push({ mark: '[', after: at })
    } else if (char === ']') {
      at += 1
      const index = open.findLastIndex(({ mark }) => mark === '[')
      if (index < 0) continue
      const target = brokeOff && at === end ? at : targetAt(text, at)
      if (target === undefined && !text.startsWith('[^', (open[index]?.after ?? 1) - 1)) {
        return `${text.slice(0, at - 1)}${closers(open.slice(index + 1))}]()${closers(open.slice(0, index))}`
      }
      open.length = index
      at = target ?? end
    } else at += 1
  }
  return closeEnd(text.slice(0, end), open, brokeOff)
}

function closeEnd(text: string, open: readonly Opening[], brokeOff: boolean): string {
  // An incomplete entity, address in angle brackets, escape or footnote.
  const shown = text.replace(/(?:&#?\w{0,8}|<[a-z]{0,8}|\\|!?\[\^?[^\s\]]{0,64})$/, (half) =>
    isIncomplete(half) && !(brokeOff && /^[&<\\]/.test(half)) ? '' : half,
  )
  const stillOpen = open.filter(({ after }) => after < shown.length && shown.slice(after).trim() !== '')
  const bare = shown.replace(/<(?=(?:https?:|mailto:)[^\s<>]*$)/, '').replace(/[ \t\n]+$/, '')
  return bare + closers(stillOpen.filter((opening) => isLikely(opening, shown)))
}

/** A bracket followed by text is kept, and closed as a link. */
function isIncomplete(half: string): boolean {
  return !/^!?\[[^^]/.test(half)
}

function isLikely({ mark, after }: Opening, text: string): boolean {
  return mark !== '[' || text.length - after <= MAX_LINK_TEXT
}

function closers(open: readonly Opening[]): string {
  const lastLink = open.findLast(({ mark }) => mark === '[')
  return open
    .toReversed()
    .map((opening) => (opening.mark === '[' ? (opening === lastLink ? ']()' : '') : opening.mark))
    .join('')
}

function emphasise(
  open: Opening[],
  mark: string,
  { before, after, index }: { before: string | undefined; after: string | undefined; index: number },
): void {
  const canClose = before !== undefined && !/\s/.test(before)
  const canOpen = after !== undefined && !/\s/.test(after)
  const inWord = mark.startsWith('_') && isWordy(before) && isWordy(after)
  if (inWord) return
  let left = mark.length
  const last = () => open.at(-1)
  if (canClose) {
    while (left > 0 && last()?.mark[0] === mark[0]) {
      const opening = open.pop()
      if (!opening) break
      const closed = Math.min(left, opening.mark.length)
      left -= closed
      if (closed < opening.mark.length) open.push({ mark: opening.mark.slice(closed), after: opening.after })
    }
  }
  const isStrike = mark.startsWith('~')
  if (open.length >= MAX_OPEN) return
  if (left > 0 && canOpen && (!isStrike || left === 2)) open.push({ mark: mark.slice(0, left), after: index })
}

function isWordy(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char)
}

function runAt(text: string, at: number): number {
  let end = at
  while (text[end] === '`') end += 1
  return end - at
}

/** The end of the code that begins at `from`; undefined while it is open. */
function endOfCode(text: string, from: number, run: number): number | undefined {
  for (let at = text.indexOf('`', from); at >= 0; at = text.indexOf('`', at)) {
    const length = runAt(text, at)
    at += length
    if (length === run) return at
  }
  return undefined
}

function closeCode(text: string, at: number, run: number): string {
  const inside = text
    .slice(at + run)
    .replace(/`+$/, '')
    .trimEnd()
  return inside === '' ? text.slice(0, at).trimEnd() : `${text.slice(0, at + run)}${inside}${'`'.repeat(run)}`
}

const TARGET = /^\((?:\\.|[^()\\\n]|\([^()\n]*\))*\)/
const HALF_TARGET = /^\((?:\\.|[^()\\\n]|\([^()\n]*\))*(?:\\|\([^()\n]*)?$/
const LABEL = /^\[[^[\]\n]*\]/
const HALF_LABEL = /^\[[^[\]\n]*$/

/**
 * The end of a link's target, which starts at `at`, after the `]`. Returns `at` when there is no target, and undefined
 * while it is incomplete.
 */
function targetAt(text: string, at: number): number | undefined {
  const next = text[at]
  if (next === undefined) return undefined
  if (next !== '(' && next !== '[') return at
  const rest = text.slice(at)
  const found = (next === '(' ? TARGET : LABEL).exec(rest)
  if (found) return at + found[0].length
  return (next === '(' ? HALF_TARGET : HALF_LABEL).test(rest) ? undefined : at
}
