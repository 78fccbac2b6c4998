import { FileChip } from '../turn/file-chip.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import type { Upload } from './use-attach.ts'

export function UploadChip(props: { upload: Upload; onCancel: () => void; onRetry: () => void }) {
  const { upload, onCancel, onRetry } = props
  const { progress, failed } = upload
  const name = upload.file.name || 'Pasted image'

  return (
    <FileChip
      name={name}
      detail={
        failed ? (
          'Not uploaded'
        ) : (
          <progress
            className="h-1.5 w-full accent-accent"
            value={progress}
            aria-label={`Uploading ${name}`}
          />
        )
      }
      testId="upload"
    >
      {failed && (
        <IconButton
          icon="retry"
          label={`Upload ${name} again`}
          data-testid="retry-upload"
          onClick={onRetry}
        />
      )}
      <IconButton
        icon="close"
        label={failed ? `Remove ${name}` : `Cancel the upload of ${name}`}
        data-testid="cancel-upload"
        onClick={onCancel}
      />
    </FileChip>
  )
}
