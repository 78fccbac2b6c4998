import { IconButton } from '../ui/icon-button.tsx'

/** Floats over the end of the conversation while the reader is elsewhere. Stands in the scroller, after the content. */
export function JumpToLatest({ onJump }: { onJump: () => void }) {
  return (
    <div className="pointer-events-none sticky bottom-4 flex h-0 items-end justify-center">
      <IconButton
        icon="arrowDown"
        label="Jump to the latest message"
        tone="raised"
        className="pointer-events-auto"
        data-testid="jump-to-latest"
        onClick={onJump}
      />
    </div>
  )
}
