import { Button } from '../ui/button.tsx'

/** Floats over the end of the conversation while the reader is elsewhere. Stands in the scroller, after the content. */
export function JumpToLatest({ following, onJump }: { following: boolean; onJump: () => void }) {
  if (following) return null
  return (
    <div className="pointer-events-none sticky bottom-4 flex h-0 items-end justify-center">
      <Button className="pointer-events-auto shadow-md" data-testid="jump-to-latest" onClick={onJump}>
        Jump to latest
      </Button>
    </div>
  )
}
