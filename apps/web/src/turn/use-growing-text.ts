import { useState } from 'react'
import { type GrowingText, growingText } from '../answer/growing-text.ts'

/** `text`, cut into blocks only where it is new since the last render. A text that did not grow begins anew. */
export function useGrowingText(text: string): GrowingText {
  const [grow] = useState(createGrow)
  return grow(text)
}

function createGrow(): (text: string) => GrowingText {
  let seen = ''
  let grown = growingText()
  return (text) => {
    if (text !== seen)
      grown = text.startsWith(seen) ? grown.plus(copy(text.slice(seen.length))) : growingText(text)
    seen = text
    return grown
  }
}

/** A slice would keep each version of the whole text alive that it was a slice of. */
function copy(text: string): string {
  const own: unknown = JSON.parse(JSON.stringify(text))
  return typeof own === 'string' ? own : text
}
