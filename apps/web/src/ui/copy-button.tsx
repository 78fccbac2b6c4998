import { useEffect, useState } from 'react'
import { COPIED, copyText, THANKS_MS } from './copy-text.ts'
import { IconButton } from './icon-button.tsx'

export function CopyButton(props: { label: string; text: () => string; testId?: string }) {
  const { label, text, testId } = props
  const [words, setWords] = useState('')

  useEffect(() => {
    if (words === '') return undefined
    const timer = setTimeout(() => setWords(''), THANKS_MS)
    return () => clearTimeout(timer)
  }, [words])

  async function copy() {
    setWords(await copyText(text()))
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
