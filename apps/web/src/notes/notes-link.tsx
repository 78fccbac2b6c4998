import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'

/** Stands below the list of conversations. */
export function NotesLink() {
  return (
    <Link
      href="/notes"
      data-testid="open-notes"
      className="flex min-h-10 items-center gap-2 rounded-lg px-2.5 text-[0.9375rem] text-quiet hover:text-ink"
    >
      <Icon name="note" /> Notes
    </Link>
  )
}
