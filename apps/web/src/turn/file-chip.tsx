import type { ReactNode } from 'react'
import { Icon } from '../ui/icon.tsx'

/** A file by its picture and name, with the buttons for it. */
export function FileChip(props: {
  name: string
  detail: ReactNode
  /** Default: a drawn sheet of paper. */
  picture?: ReactNode
  /** Where the file can be opened. */
  href?: string
  testId: string
  children?: ReactNode
}) {
  const { name, detail, picture, href, testId, children } = props

  return (
    <div
      className="flex max-w-64 items-center gap-2 rounded-lg border border-line bg-raised p-1 pr-2 text-[0.8125rem]"
      data-testid={testId}
    >
      <a href={href} target="_blank" rel="noopener" className="flex min-w-0 items-center gap-2">
        <span className="grid size-10 flex-none place-items-center overflow-hidden rounded bg-sunk text-quiet">
          {picture ?? <Icon name="file" className="size-5" />}
        </span>
        <span className="min-w-0">
          <span className="block truncate">{name}</span>
          <span className="block text-quiet">{detail}</span>
        </span>
      </a>
      {children}
    </div>
  )
}
