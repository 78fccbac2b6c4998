import { useRef } from 'react'
import { ACCEPTED_TYPES, bytesOfBase64 } from '../chat/attachment.ts'
import { kilobytes } from '../ui/format.ts'
import { IconButton } from '../ui/icon-button.tsx'

export function AttachButton(props: { maxChars: number; onFiles: (files: File[]) => void }) {
  const { maxChars, onFiles } = props
  const input = useRef<HTMLInputElement>(null)
  const limit = Number.isFinite(maxChars) ? `, up to ${kilobytes(bytesOfBase64(maxChars))}` : ''

  return (
    <>
      <IconButton
        icon="attach"
        label={`Attach an image or a PDF${limit}; larger images are made smaller`}
        data-testid="attach"
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={ACCEPTED_TYPES}
        data-testid="file-input"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          // The same file again is a change again.
          event.target.value = ''
        }}
      />
    </>
  )
}
