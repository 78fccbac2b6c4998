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
export function highlightWhenNear(piece: Element): () => void {
  let wanted = false
  const forget = observe(piece, (near) => {
    if (near === wanted) return
    wanted = near
    if (near) void highlight()
    else makePlain(piece)
  })

  async function highlight() {
    try {
      const { highlight: nodesOf } = await import('./highlight.ts')
      whenIdle(() => {
        if (wanted) piece.replaceChildren(...nodesOf(piece.textContent, languageOf(piece)))
      })
    } catch {
      // The file of a release that is gone: the code stays as plain as it is.
    }
  }

  return () => {
    wanted = false
    forget()
    makePlain(piece)
  }
}

/** As the page says it: React may have let go of the block. */
function languageOf(piece: Element): string {
  return piece.closest('.md-code')?.querySelector('.md-code-bar > span')?.textContent ?? ''
}

function makePlain(piece: Element): void {
  const text = piece.textContent
  if (piece.firstElementChild) piece.textContent = text
}

function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run)
  else setTimeout(run, 50)
}
