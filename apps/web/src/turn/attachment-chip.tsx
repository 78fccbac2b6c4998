import { type Attachment, bytesOfBase64, dataUrl } from '../chat/attachment.ts'
import { kilobytes } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'

export function AttachmentChip(props: { attachment: Attachment; onRemove?: () => void }) {
  const { attachment, onRemove } = props
  const { type, name, data } = attachment

  return (
    <div
      className="flex max-w-64 items-center gap-2 rounded-lg border border-line bg-raised p-1 pr-2 text-[0.8125rem]"
      data-testid="attachment"
    >
      {type === 'image' ? (
        <img src={dataUrl(attachment)} alt="" className="size-10 flex-none rounded object-cover" />
      ) : (
        <span className="grid size-10 flex-none place-items-center rounded bg-sunk text-quiet">
          <Icon name="file" className="size-5" />
        </span>
      )}
      <span className="min-w-0">
        <span className="block truncate">{name}</span>
        <span className="block text-quiet">{kilobytes(bytesOfBase64(data.length))}</span>
      </span>
      {onRemove && (
        <IconButton icon="close" label={`Remove ${name}`} className="size-7!" onClick={onRemove} />
      )}
    </div>
  )
}
