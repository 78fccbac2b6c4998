import { Link } from '../ui/link.tsx'

export function NotFoundPage() {
  return (
    <main className="mx-auto mt-[20dvh] grid max-w-xl justify-items-start gap-4 p-4">
      <h1 className="text-2xl font-semibold">Page not found</h1>
      <p>There is no page at this address.</p>
      <Link href="/" className="font-medium text-accent underline">
        Open a new chat
      </Link>
    </main>
  )
}
