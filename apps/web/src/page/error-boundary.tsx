import { Component, type ReactNode } from 'react'

/** A bug in the page shows this, never a blank page. The conversation is in storage, so reloading is safe. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    if (!this.state.broken) return this.props.children
    return (
      <main className="broken" role="alert">
        <h1>Something on this page broke</h1>
        <p>It is a bug, and not your doing. Your conversation is kept in this tab.</p>
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          Reload the page
        </button>
        <button type="button" className="button" onClick={startOver}>
          Start over
        </button>
      </main>
    )
  }
}

function startOver() {
  window.sessionStorage.clear()
  window.location.reload()
}
