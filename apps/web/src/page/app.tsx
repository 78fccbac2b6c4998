import { useEffect, useState } from 'react'
import { ChatPage } from './chat-page.tsx'
import { createCore } from './create-core.ts'
import { ErrorBoundary } from './error-boundary.tsx'

export function App() {
  return (
    <ErrorBoundary>
      <Page />
    </ErrorBoundary>
  )
}

function Page() {
  const [core] = useState(createCore)

  useEffect(() => {
    // A refusal is shown by whoever shows the list; the next question asks again.
    core.modelList.load().catch(() => {})
  }, [core])

  return <ChatPage core={core} />
}
