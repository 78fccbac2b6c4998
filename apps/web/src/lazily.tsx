import type { ComponentType } from 'react'
import { createPart } from './part.ts'
import { usePart } from './use-part.ts'

/** What the page needs only once somebody does something. */
export const laterPart = createPart(() => import('./later.ts'))

type Later = Awaited<ReturnType<typeof laterPart.load>>

/**
 * A component of it; nothing until it is there. Not `React.lazy`, for which a file that cannot be loaded is an
 * error of the page, and for good.
 */
export function lazily<Props extends object>(
  pick: (loaded: Later) => ComponentType<Props>,
): ComponentType<Props> {
  return function Lazily(props) {
    const { module } = usePart(laterPart)
    const Picked = module && pick(module)
    return Picked && <Picked {...props} />
  }
}
