import { Button } from '../ui/button.tsx'

/** Replaces a page that threw. Reloading is safe: the server has the conversations. */
export function BrokenPage() {
  return (
    <main className="mx-auto mt-[20dvh] grid max-w-xl justify-items-start gap-4 p-4" role="alert">
      <h1 className="text-2xl font-semibold">Something went wrong</h1>
      <p>This is a bug in the page. Your conversations are saved on the server.</p>
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" onClick={() => window.location.reload()}>
          Reload the page
        </Button>
        <Button onClick={() => window.location.assign('/')}>Start a new chat</Button>
      </div>
    </main>
  )
}
