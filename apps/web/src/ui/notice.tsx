import type { ReactNode } from 'react'

/** A warning that stands before what a page shows. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p
      role="status"
      data-testid="notice"
      className="mt-5 rounded-lg bg-warn-soft px-3.5 py-2 text-[0.9375rem] text-warn"
    >
      {children}
    </p>
  )
}
