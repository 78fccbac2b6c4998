import { Component, type ReactNode } from 'react'

/** Shows a block that fails to render as its source, so that the rest of the answer is still shown. */
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
