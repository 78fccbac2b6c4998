import { useEffect, useState } from 'react'
import { IconButton } from './icon-button.tsx'

/** For how long it says what became of a press. */
const SAID_MS = 2000
const COPIED = 'Copied'

export function CopyButton(props: { label: string; text: () => string; testId?: string }) {
  const { label, text, testId } = props
  const [words, setWords] = useState('')

  useEffect(() => {
    if (words === '') return undefined
    const timer = setTimeout(() => setWords(''), SAID_MS)
    return () => clearTimeout(timer)
  }, [words])

  async function copy() {
    try {
      await navigator.clipboard.writeText(text())
      setWords(COPIED)
    } catch {
      // Not allowed, or not there at all: it needs HTTPS or localhost.
      setWords('The browser blocked copying')
    }
  }

  return (
    <>
      <IconButton
        icon={words === COPIED ? 'check' : 'copy'}
        label={label}
        data-testid={testId}
        onClick={() => void copy()}
      />
      <span role="status" className={words === '' ? 'sr-only' : 'self-center text-[0.8125rem] text-quiet'}>
        {words}
      </span>
    </>
  )
}
