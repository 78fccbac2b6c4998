import { CopyButton } from '../ui/copy-button.tsx'
import { IconButton } from '../ui/icon-button.tsx'

export function PromptActions({ prompt, onEdit }: { prompt: string; onEdit: (() => void) | undefined }) {
  return (
    <>
      <CopyButton label="Copy question" text={() => prompt} />
      {onEdit && (
        <IconButton icon="edit" label="Edit and ask again" data-testid="edit-prompt" onClick={onEdit} />
      )}
    </>
  )
}
