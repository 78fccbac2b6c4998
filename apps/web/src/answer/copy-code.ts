import type { MouseEvent } from 'react'
import { copyText, THANKS_MS } from '../ui/copy-text.ts'

const timers = new WeakMap<Element, ReturnType<typeof setTimeout>>()

/** Copies the block of code whose button was pressed. Asks the page and not React, which may have let go of it. */
export async function copyCode({ target }: MouseEvent): Promise<void> {
  const button = target instanceof Element ? target.closest('.md-code-bar button') : null
  const block = button?.closest('.md-code')
  if (!block) return
  const pieces = Array.from(block.querySelectorAll('.md-piece'), ({ textContent }) => textContent)
  const words = await copyText(pieces.join('\n'))
  const status = block.querySelector('[role=status]')
  if (!status) return
  status.textContent = words
  clearTimeout(timers.get(status))
  timers.set(
    status,
    setTimeout(() => (status.textContent = ''), THANKS_MS),
  )
}
