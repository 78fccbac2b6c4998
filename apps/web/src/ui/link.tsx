import type { ComponentProps } from 'react'
import { Link as AnyLink, useLocation } from 'wouter'

/** Where a link may lead: see `router.tsx`. */
export type Path = `/${string}`

/** A link to another page of this app, which is shown without loading anything anew. */
export function Link(props: Omit<ComponentProps<'a'>, 'href'> & { href: Path }) {
  const [location] = useLocation()
  return <AnyLink {...props} replace={props.href === location} />
}

/**
 * What a link does, for code. `replace`: without a step in the history. Like a browser's link, one to the present page
 * makes no step.
 */
export function useNavigate(): (to: Path, options?: { replace?: boolean }) => void {
  const [location, navigate] = useLocation()
  return (to, { replace = to === location } = {}) => navigate(to, { replace })
}
