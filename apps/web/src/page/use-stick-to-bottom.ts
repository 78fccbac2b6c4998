import { useCallback, useEffect, useRef } from 'react'

/** Within this of the end counts as being there: fractions of pixels, and a line's worth of imprecision. */
const NEAR_PX = 24

/**
 * Keeps a scroller at its end while its content grows, until the reader scrolls up; scrolling back to the end
 * sticks again. Observes the sizes of both: a composer that grows moves the end as well.
 */
export function useStickToBottom() {
  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const stuck = useRef(true)

  useEffect(() => {
    const view = scroller.current
    const inside = content.current
    if (!view || !inside) return undefined
    let lastTop = view.scrollTop
    let lastHeight = view.scrollHeight

    // Stuck, the end is what stays in place; otherwise the browser keeps what is being read where it is.
    function setStuck(value: boolean) {
      stuck.current = value
      if (view) view.style.overflowAnchor = value ? 'none' : 'auto'
    }
    function pin() {
      if (view && stuck.current) view.scrollTop = view.scrollHeight
    }
    function onScroll() {
      if (!view) return
      const { scrollTop, scrollHeight, clientHeight } = view
      // The browser also moves the view up when the content shrinks, which is nobody's wish.
      const wentUp = scrollTop < lastTop && scrollHeight >= lastHeight
      if (wentUp) setStuck(false)
      else if (scrollTop > lastTop && scrollHeight - scrollTop - clientHeight <= NEAR_PX) setStuck(true)
      lastTop = scrollTop
      lastHeight = scrollHeight
    }
    function onWheel(event: WheelEvent) {
      if (event.deltaY < 0) setStuck(false)
    }

    setStuck(stuck.current)
    const observer = new ResizeObserver(pin)
    observer.observe(view)
    observer.observe(inside)
    view.addEventListener('scroll', onScroll, { passive: true })
    view.addEventListener('wheel', onWheel, { passive: true })
    return () => {
      observer.disconnect()
      view.removeEventListener('scroll', onScroll)
      view.removeEventListener('wheel', onWheel)
    }
  }, [])

  const stick = useCallback(() => {
    stuck.current = true
  }, [])

  return { scroller, content, stick }
}
