import type * as Highlighter from './highlight.ts'
import { whileIdle } from './while-idle.ts'

/** How many characters are coloured in one task. A slow phone takes about 25 ms for it, and twice that at first. */
const PART_CHARS = 1024

let loading: Promise<typeof Highlighter> | undefined

/** Loads the highlighter and its grammars once. After a failure, the next piece of code tries again. */
function loadHighlighter(): Promise<typeof Highlighter> {
  return (loading ??= import('./highlight.ts').catch((error: unknown) => {
    loading = undefined
    throw error
  }))
}

const watchers = new Map<Element, () => void>()
let observer: IntersectionObserver | undefined

/** Calls `onNear` once, when the element comes near the viewport. The returned function stops this. */
function whenNear(element: Element, onNear: () => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) watchers.get(target)?.()
    },
    { rootMargin: '100%', scrollMargin: '100%' },
  )
  const forget = () => {
    watchers.delete(element)
    observer?.unobserve(element)
  }
  watchers.set(element, () => {
    forget()
    onNear()
  })
  observer.observe(element)
  return forget
}

/**
 * Colours a piece of a code block once it comes near the viewport, when the page is idle. The returned function stops
 * this.
 */
export function highlightWhenNear(piece: Element, language: string): () => void {
  let stopped = false
  const forget = whenNear(piece, () => void colour())

  async function colour() {
    const text = piece.textContent
    const nodes: (Node | string)[] = []
    try {
      const { highlight, registerGrammars } = await loadHighlighter()
      await registerGrammars()
      // Compiles the grammar, which takes as long as colouring a part.
      await whileIdle([() => highlight('', language)])
      for (const part of partsOf(text)) {
        await whileIdle([() => nodes.push(...highlight(part, language))])
        if (stopped) return
      }
      if (piece.textContent === text) replaceContent(piece, nodes)
    } catch {
      // The highlighter could not be loaded, or failed. The code stays plain.
    }
  }

  return () => {
    stopped = true
    forget()
  }
}

/** The nodes have the same text. Does nothing while some of it is selected, to keep the selection. */
function replaceContent(piece: Element, nodes: readonly (Node | string)[]): void {
  const selection = document.getSelection()
  if (selection?.isCollapsed === false && selection.containsNode(piece, true)) return
  piece.replaceChildren(...nodes)
}

/** Each part is coloured on its own, so it ends at a blank line if possible: few comments continue there. */
function partsOf(code: string): string[] {
  const parts: string[] = []
  let rest = code
  while (rest.length > PART_CHARS) {
    const part = rest.slice(0, PART_CHARS)
    const end = part.lastIndexOf('\n\n') + 1 || part.lastIndexOf('\n') + 1
    // A very long line.
    if (end === 0) break
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, rest]
}
