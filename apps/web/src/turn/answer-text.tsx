import type { MarkdownStatus } from '@sluice/markdown'
import '@sluice/markdown/markdown.css'
import { memo } from 'react'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { late } from '../ui/late.ts'

const Markdown = late(async () => (await import('@sluice/markdown')).Markdown)

/** An answer as markdown, and as plain text until the code for that is loaded. */
export const AnswerText = memo(function AnswerText(props: { text: string; status: MarkdownStatus }) {
  const { text, status } = props

  return (
    <ErrorBoundary
      // Loading rarely takes so long that there is a text. After a second, so that marks do not flash.
      loading={<PlainText className="after-a-second" text={text} />}
      failed={
        <>
          <PlainText text={text} />
          <p className="my-2 text-sm text-warn">
            The answer could not be formatted.{' '}
            <Button onClick={() => window.location.reload()}>Reload the page</Button>
          </p>
        </>
      }
    >
      <Markdown text={text} status={status} codeActions={copyCode} />
    </ErrorBoundary>
  )
})

function PlainText({ text, className = '' }: { text: string; className?: string }) {
  return (
    <div className={`wrap-anywhere whitespace-pre-wrap ${className}`} data-testid="plain-text">
      {text}
    </div>
  )
}

/** Renders nothing, but has the code loaded before the first answer needs it. */
export function MarkdownPreload() {
  return (
    <ErrorBoundary>
      <Markdown text="" status="complete" />
    </ErrorBoundary>
  )
}

function copyCode(code: () => string) {
  return <CopyButton label="Copy code" text={code} />
}
