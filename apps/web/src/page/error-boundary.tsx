import { Component, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'

/** A bug in the page shows this, never a blank page. The conversations are in storage, so reloading is safe. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    if (!this.state.broken) return this.props.children
    return (
      <main className="mx-auto mt-[20dvh] grid max-w-xl justify-items-start gap-4 p-4" role="alert">
        <h1 className="text-2xl font-semibold">Something on this page broke</h1>
        <p>It is a bug, and not your doing. Your conversations are kept in this browser.</p>
        <div className="flex flex-wrap gap-2">
          <Button tone="primary" onClick={() => window.location.reload()}>
            Reload the page
          </Button>
          <Button onClick={startAfresh}>Open a new chat</Button>
        </div>
      </main>
    )
  }
}

/** Whatever broke it may be in the conversation that is shown, or in its draft. */
function startAfresh() {
  window.sessionStorage.clear()
  window.location.replace(`#${crypto.randomUUID?.() ?? ''}`)
  window.location.reload()
}
