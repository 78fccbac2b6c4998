import type { ReactNode } from 'react'

interface Code {
  readonly text: string
  readonly language: string
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
 * Shows the code in colours while it is near the viewport, once the page has nothing else to do; `undefined`
 * is to show it plain again. In a long answer, coloured code would be most of what the page has to keep.
 * Returns how to call it off.
 */
export function highlightWhenIdle(
  element: Element,
  code: Code,
  show: (nodes: ReactNode) => void,
): () => void {
  let wanted = false
  const forget = observe(element, (near) => {
    if (near === wanted) return
    wanted = near
    if (near) void highlight()
    else show(undefined)
  })

  async function highlight() {
    try {
      const { highlight: nodesOf } = await import('./highlight.ts')
      whenIdle(() => {
        if (wanted) show(nodesOf(code.text, code.language))
      })
    } catch {
      // The file of a release that is gone: the code stays as plain as it is.
    }
  }

  return () => {
    wanted = false
    forget()
  }
}

function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run)
  else setTimeout(run, 50)
}
