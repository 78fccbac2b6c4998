export interface Span {
  /** `mark` is what a writer types to say how the rest should look, such as `**`. */
  readonly kind: 'plain' | 'strong' | 'code' | 'mark'
  readonly text: string
}

const MARKED = /(`[^`\n]+`|\*\*[^*\n]+\*\*)/

/** Finds bold, code and heading marks in a block. The spans joined are the block: nothing is taken away. */
export function markUp(text: string): Span[] {
  const heading = /^#{1,6} /.exec(text)?.[0] ?? ''
  const spans = text
    .slice(heading.length)
    .split(MARKED)
    .flatMap((part, index): Span[] => {
      if (index % 2 === 0) return [{ kind: 'plain', text: part }]
      return part.startsWith('`') ? enclosed('code', part, 1) : enclosed('strong', part, 2)
    })
  return [{ kind: 'mark', text: heading } as const, ...spans].filter((span) => span.text !== '')
}

function enclosed(kind: 'strong' | 'code', text: string, width: number): Span[] {
  return [
    { kind: 'mark', text: text.slice(0, width) },
    { kind, text: text.slice(width, -width) },
    { kind: 'mark', text: text.slice(-width) },
  ]
}

/** The same for a block of code: its fences are marks. Either may be missing, in a long block that was cut. */
export function markUpCode(text: string): Span[] {
  const opening = FENCE_LINE.exec(text)?.[0] ?? ''
  const rest = text.slice(opening.length)
  const lastLine = rest.lastIndexOf('\n', rest.length - 2) + 1
  const closing = FENCE_LINE.test(rest.slice(lastLine)) ? rest.slice(lastLine) : ''
  const spans: Span[] = [
    { kind: 'mark', text: opening },
    { kind: 'plain', text: rest.slice(0, rest.length - closing.length) },
    { kind: 'mark', text: closing },
  ]
  return spans.filter((span) => span.text !== '')
}

const FENCE_LINE = /^ {0,3}[`~]{3}[^\n]*\n?/
