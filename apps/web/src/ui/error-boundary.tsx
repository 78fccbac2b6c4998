import { Component, type ReactNode, Suspense } from 'react'

/** Shows `loading` while code of its children is loading, and `failed` when it cannot be loaded or one of them throws. */
export class ErrorBoundary extends Component<
  { loading?: ReactNode; failed?: ReactNode; children: ReactNode },
  { broken: boolean }
> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    const { loading, failed, children } = this.props
    return this.state.broken ? failed : <Suspense fallback={loading}>{children}</Suspense>
  }
}
