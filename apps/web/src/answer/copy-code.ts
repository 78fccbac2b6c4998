import type { MouseEvent } from 'react'
import { copyText } from '../ui/copy-text.ts'

const THANKS_MS = 2000

/** Copies the block of code whose button was pressed. Asks the page and not React, which may have let go of it. */
export async function copyCode({ target }: MouseEvent): Promise<void> {
  const button = target instanceof Element ? target.closest('.md-code-bar button') : null
  const block = button?.closest('.md-code')
  if (!block) return
  const pieces = Array.from(block.querySelectorAll('.md-piece'), ({ textContent }) => textContent)
  const status = block.querySelector('[role=status]')
  const say = (words: string) => {
    if (status) status.textContent = words
  }
  try {
    await copyText(pieces.join('\n'))
    say('Copied')
  } catch {
    say('The browser did not allow it')
  }
  setTimeout(say, THANKS_MS, '')
}
