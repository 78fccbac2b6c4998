import { type ComponentProps, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { highlightWhenNear } from './highlight-when-near.ts'

/**
 * A part of an answer whose layout is skipped while it is `far` from the end and out of view. Once it is, a copy
 * of its elements takes the place of those that React made: React keeps five times the memory of the text to be
 * able to change it, and what is finished does not change. `of` is what the children show; if it is replaced,
 * they are React's again.
 *
 * The browser does not skip what is selected or has the focus, so neither is lost with the copy. A browser that does not
 * say what it skips keeps React's elements.
 */
export function Far(props: ComponentProps<'div'> & { className: string; far: boolean; of: unknown }) {
  const { className, far, of, children, ...rest } = props
  const host = useRef<HTMLDivElement>(null)
  const [skipped, setSkipped] = useState(false)
  const [copy, setCopy] = useState<{ of: unknown; nodes: readonly Node[] }>()
  const copied = copy && copy.of === of ? copy.nodes : undefined
  const isCopied = copied !== undefined

  // Before the frame in which the browser may begin to skip it, and say so once.
  useLayoutEffect(() => {
    const element = host.current
    if (!far || !element) return undefined
    // The event of a part inside this one comes by as well.
    const onChange = (event: Event) => {
      if (event.target === element && event instanceof ContentVisibilityAutoStateChangeEvent) {
        setSkipped(event.skipped)
      }
    }
    element.addEventListener('contentvisibilityautostatechange', onChange)
    return () => element.removeEventListener('contentvisibilityautostatechange', onChange)
  }, [far])

  useEffect(() => {
    if (!skipped || isCopied || !host.current) return
    setCopy({ of, nodes: copyOf(host.current) })
  }, [skipped, isCopied, of])

  useEffect(() => {
    if (skipped || !isCopied) return undefined
    const code = host.current?.querySelectorAll('.md-piece') ?? []
    const ends = Array.from(code, highlightWhenNear)
    return () => {
      for (const end of ends) end()
    }
  }, [skipped, isCopied])

  return (
    <div ref={host} className={far ? `${className} md-far` : className} {...rest}>
      {copied ? <Copied host={host} nodes={copied} /> : children}
    </div>
  )
}

function Copied({ host, nodes }: { host: RefObject<HTMLElement | null>; nodes: readonly Node[] }) {
  useLayoutEffect(() => {
    const element = host.current
    element?.append(...nodes)
    // Before React puts its own back.
    return () => element?.replaceChildren()
  }, [host, nodes])

  return null
}

function copyOf(part: HTMLElement): readonly Node[] {
  const copy = document.createDocumentFragment()
  copy.append(...part.cloneNode(true).childNodes)
  // Thanks for a press of a button are over when whoever said them no longer knows of them.
  for (const status of copy.querySelectorAll('[role=status]')) status.textContent = ''
  return [...copy.childNodes]
}
