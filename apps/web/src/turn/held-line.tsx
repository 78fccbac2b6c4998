/** In the place of the status line, and as tall: what an answer waits for whose calls need a decision. */
export function HeldLine({ open }: { open: boolean }) {
  return (
    <p className="flex min-h-8 items-center text-sm text-quiet" data-testid="held">
      {open ? 'Allow or deny. A new question denies.' : 'Waiting for Claude…'}
    </p>
  )
}
