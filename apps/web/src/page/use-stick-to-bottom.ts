import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { selects } from '../ui/selects.ts'

/** Within this of the end counts as being there: fractions of pixels, and a line's worth of imprecision. */
const NEAR_PX = 24

/**
 * Keeps a scroller at its end while its content grows, until the reader scrolls up or selects text; `stick`, or
 * scrolling back to the end, sticks again. Observes the sizes of both: a composer that grows moves the end too.
 *
 * @param id of what it shows. Another one begins at its end or, when it is shown again, where the reader left it.
 */
export function useStickToBottom(id: string) {
  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  const sticky = useRef<ReturnType<typeof stickToBottom>>(undefined)

  useEffect(() => {
    if (!scroller.current || !content.current) return undefined
    const { release } = (sticky.current = stickToBottom(scroller.current, content.current, setFollowing))
    return release
  }, [])

  useLayoutEffect(() => {
    sticky.current?.enter(id)
    return () => sticky.current?.leave(id)
  }, [id])

  const stick = useCallback(() => sticky.current?.stick(), [])
  const pin = useCallback(() => sticky.current?.pin(), [])

  return { scroller, content, stick, pin, following }
}

function stickToBottom(view: HTMLElement, inside: HTMLElement, onChange: (stuck: boolean) => void) {
  let stuck = true
  // As nothing has been scrolled yet. To ask would have the page laid out here.
  let lastTop = 0
  let lastHeight = 0
  let lastTouchY = 0
  /** Where the reader was, by id. */
  const places = new Map<string, number>()
  /** A place to return to, until there is enough content. */
  let goal: number | undefined

  function setStuck(value: boolean) {
    // Stuck, the end is what stays in place; otherwise the browser keeps what is being read where it is.
    view.style.overflowAnchor = value ? 'none' : 'auto'
    if (value === stuck) return
    stuck = value
    onChange(value)
  }

  function pin() {
    if (!stuck && goal === undefined) return
    view.scrollTop = goal ?? view.scrollHeight
    if (goal !== undefined && view.scrollTop >= Math.floor(goal)) goal = undefined
    // A step up before the event of this scrolling is one up from here.
    lastTop = view.scrollTop
    lastHeight = view.scrollHeight
  }

  function leave(id: string) {
    if (stuck) places.delete(id)
    // By now, the view may have other content.
    else places.set(id, lastTop)
  }

  function enter(id: string) {
    goal = places.get(id)
    setStuck(goal === undefined)
    pin()
  }

  function letGo() {
    goal = undefined
    if (view.scrollHeight > view.clientHeight) setStuck(false)
  }

  function onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = view
    if (scrollTop !== lastTop) goal = undefined
    // The browser also moves the view up when the content shrinks, which is not the reader.
    const wentUp = scrollTop < lastTop && scrollHeight >= lastHeight
    if (wentUp && scrollHeight - scrollTop - clientHeight > 1) setStuck(false)
    else if (scrollTop > lastTop && scrollHeight - scrollTop - clientHeight <= NEAR_PX && !selects(inside)) {
      setStuck(true)
    }
    lastTop = scrollTop
    lastHeight = scrollHeight
  }

  // Content that grows in the same frame would hide the first small step up from `onScroll`.
  function onWheel({ deltaY }: WheelEvent) {
    if (deltaY < 0) letGo()
  }
  function onTouchStart({ touches }: TouchEvent) {
    lastTouchY = touches[0]?.clientY ?? 0
  }
  function onTouchMove({ touches }: TouchEvent) {
    const y = touches[0]?.clientY ?? 0
    if (y > lastTouchY) letGo()
    lastTouchY = y
  }
  function onKeyDown({ key }: KeyboardEvent) {
    if (UPWARDS.has(key)) letGo()
  }
  function onSelection() {
    if (stuck && selects(inside)) letGo()
  }

  const listening = new AbortController()
  const passive = { passive: true, signal: listening.signal }
  view.addEventListener('scroll', onScroll, passive)
  view.addEventListener('wheel', onWheel, passive)
  view.addEventListener('touchstart', onTouchStart, passive)
  view.addEventListener('touchmove', onTouchMove, passive)
  view.addEventListener('keydown', onKeyDown, passive)
  document.addEventListener('selectionchange', onSelection, passive)
  const observer = new ResizeObserver(pin)
  observer.observe(view)
  observer.observe(inside)
  setStuck(stuck)

  return {
    pin,
    enter,
    leave,
    stick: () => {
      goal = undefined
      setStuck(true)
      pin()
    },
    release: () => {
      listening.abort()
      observer.disconnect()
    },
  }
}

const UPWARDS: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home'])
