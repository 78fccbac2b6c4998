import { retry } from '@sluice/client'
import { type ComponentType, lazy } from 'react'

/**
 * A component whose file is loaded when it is first rendered, inside an `ErrorBoundary`. Loading is retried for
 * about a minute, since `React.lazy` never tries again after an error.
 */
export function late<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => ({ default: await retry(load) }))
}
