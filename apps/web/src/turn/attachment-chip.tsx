import type { ReactNode } from 'react'
import type { Attachment } from '../chat/attachment.ts'
import { kilobytes } from '../ui/format.ts'
import { FileChip } from './file-chip.tsx'

/** A file that the server has. It opens in a tab of its own. */
export function AttachmentChip(props: { attachment: Attachment; children?: ReactNode }) {
  const { attachment, children } = props
  const { attachmentId, type, name, size } = attachment
  const address = `/attachments/${attachmentId}`

  return (
    <FileChip
      name={name}
      detail={kilobytes(size)}
      picture={type === 'image' ? <img src={address} alt="" className="size-10 object-cover" /> : undefined}
      href={address}
      testId="attachment"
    >
      {children}
    </FileChip>
  )
}
