import type * as Highlighter from './highlight.ts'
import { whileIdle } from './while-idle.ts'

/** What is coloured at once: a slow phone takes some 25 ms for it, and twice that while all of it is new. */
const PART_CHARS = 1024

let loading: Promise<typeof Highlighter> | undefined

/** Loads the highlighter with its grammars once; after a failure, the next piece of code tries again. */
function loadHighlighter(): Promise<typeof Highlighter> {
  return (loading ??= import('./highlight.ts').catch((error: unknown) => {
    loading = undefined
    throw error
  }))
}

const watchers = new Map<Element, (near: boolean) => void>()
let observer: IntersectionObserver | undefined

function observe(element: Element, watcher: (near: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) watchers.get(target)?.(isIntersecting)
    },
    { rootMargin: '100%' },
  )
  watchers.set(element, watcher)
  observer.observe(element)
  return () => {
    watchers.delete(element)
    observer?.unobserve(element)
  }
}

/**
 * Shows a piece of a code block in colours while it is near the viewport, once the page has nothing else to do.
 * In a long answer, coloured code would be most of what the page has to keep. Returns how to call it off.
 */
export function highlightWhenNear(piece: Element, language: string): () => void {
  let wanted = false
  const forget = observe(piece, (near) => {
    if (near === wanted) return
    wanted = near
    if (near) void colour()
    else makePlain(piece)
  })

  async function colour() {
    const text = piece.textContent
    const nodes: (Node | string)[] = []
    try {
      const { highlight, registerGrammars } = await loadHighlighter()
      await registerGrammars()
      // Compiles the grammar, which takes as long as a part does.
      await whileIdle([() => highlight('', language)])
      for (const part of partsOf(text)) {
        await whileIdle([() => nodes.push(...highlight(part, language))])
        if (!wanted) return
      }
      if (wanted && piece.textContent === text) replaceContent(piece, nodes)
    } catch {
      // The highlighter could not be loaded, or cannot bear this code, which stays plain.
    }
  }

  return () => {
    wanted = false
    forget()
    makePlain(piece)
  }
}

function makePlain(piece: Element): void {
  if (piece.firstElementChild) replaceContent(piece, [piece.textContent])
}

/** With the same text; not while some of it is selected, which would be something else then. */
function replaceContent(piece: Element, nodes: readonly (Node | string)[]): void {
  const selection = document.getSelection()
  if (selection?.isCollapsed === false && selection.containsNode(piece, true)) return
  piece.replaceChildren(...nodes)
}

/** Each is coloured by itself, so they end at a blank line if they can: few comments go on there. */
function partsOf(code: string): string[] {
  const parts: string[] = []
  let rest = code
  while (rest.length > PART_CHARS) {
    const part = rest.slice(0, PART_CHARS)
    const end = part.lastIndexOf('\n\n') + 1 || part.lastIndexOf('\n') + 1
    // One endless line.
    if (end === 0) break
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, rest]
}
