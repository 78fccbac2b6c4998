import { useEffect, useState } from 'react'
import { copyText } from './copy-text.ts'
import { IconButton } from './icon-button.tsx'

const THANKS_MS = 2000

export function CopyButton(props: { label: string; text: () => string; testId?: string }) {
  const { label, text, testId } = props
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')

  useEffect(() => {
    if (state === 'idle') return undefined
    const timer = setTimeout(() => setState('idle'), THANKS_MS)
    return () => clearTimeout(timer)
  }, [state])

  async function copy() {
    try {
      await copyText(text())
      setState('copied')
    } catch {
      setState('failed')
    }
  }

  return (
    <>
      <IconButton
        icon={state === 'copied' ? 'check' : 'copy'}
        label={label}
        data-testid={testId}
        onClick={() => void copy()}
      />
      <span
        role="status"
        className={state === 'idle' ? 'sr-only' : 'self-center text-[0.8125rem] text-quiet'}
      >
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'The browser did not allow it' : ''}
      </span>
    </>
  )
}
