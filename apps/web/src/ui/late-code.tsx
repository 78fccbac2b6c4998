import { retry } from '@sluice/client'
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react'

/**
 * A component whose file is loaded when it is first rendered, inside {@link LateCode}. Loading is retried for
 * about a minute, since `React.lazy` never tries again after an error.
 */
export function late<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => ({ default: await retry(load) }))
}

/** Shows `fallback` while the code of its children is loading, and `failed` when it cannot be loaded or throws. */
export class LateCode extends Component<
  { fallback?: ReactNode; failed?: ReactNode; children: ReactNode },
  { broken: boolean }
> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    const { fallback, failed, children } = this.props
    return this.state.broken ? failed : <Suspense fallback={fallback}>{children}</Suspense>
  }
}
