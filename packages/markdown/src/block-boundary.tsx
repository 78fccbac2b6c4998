import { Component, type ReactNode } from 'react'

/** A block that cannot be rendered is shown as it was written, and the rest of the answer goes on. */
export class BlockBoundary extends Component<
  { source: () => string; children: ReactNode },
  { failed: boolean }
> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return <p className="md-plain">{this.props.source()}</p>
  }
}
