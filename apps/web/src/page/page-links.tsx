import { pages } from '../pages.ts'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'

/** Stand below the list of conversations, side by side where there is room. */
export function PageLinks() {
  return (
    <nav aria-label="Pages" className="flex flex-wrap">
      {pages.map(({ path, name, icon }) => (
        <Link
          key={path}
          href={path}
          data-testid={`open-${path.slice(1)}`}
          className="flex min-h-10 items-center gap-2 rounded-lg px-2.5 text-[0.9375rem] text-quiet hover:text-ink"
        >
          <Icon name={icon} /> {name}
        </Link>
      ))}
    </nav>
  )
}
