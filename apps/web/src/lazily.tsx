import type { ComponentType } from 'react'
import { createPart, type Part } from './part.ts'
import { usePart } from './use-part.ts'

/** What the page needs only once somebody does something. */
export const laterPart = createPart(() => import('./later.ts'))

/** A component of it. */
export const lazily = componentsOf(laterPart)

/**
 * Components of a part; nothing until it is there. Not `React.lazy`, for which a file that cannot be loaded is
 * an error of the page, and for good.
 */
export function componentsOf<Module>(part: Part<Module>) {
  return <Props extends object>(pick: (loaded: Module) => ComponentType<Props>): ComponentType<Props> =>
    function Lazily(props) {
      const { module } = usePart(part)
      const Picked = module && pick(module)
      return Picked && <Picked {...props} />
    }
}
