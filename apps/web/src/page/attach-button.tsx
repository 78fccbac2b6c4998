import { useRef } from 'react'
import { ACCEPTED_TYPES } from '../chat/attachment.ts'
import { kilobytes } from '../ui/format.ts'
import { IconButton } from '../ui/icon-button.tsx'

export function AttachButton(props: { maxBytes: number | undefined; onFiles: (files: File[]) => void }) {
  const { maxBytes, onFiles } = props
  const input = useRef<HTMLInputElement>(null)
  const limit = maxBytes === undefined ? '' : ` (up to ${kilobytes(maxBytes)})`

  return (
    <>
      <IconButton
        icon="attach"
        label={`Attach an image or PDF${limit}. Larger images are scaled down.`}
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
