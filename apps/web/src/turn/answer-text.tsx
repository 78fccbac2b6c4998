import type { MarkdownStatus } from '@sluice/markdown'
import '@sluice/markdown/markdown.css'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { LateCode, late } from '../ui/late-code.tsx'

const Markdown = late(async () => (await import('@sluice/markdown')).Markdown)

/** An answer as markdown, and as plain text until the code for that is loaded. */
export function AnswerText({ text, status }: { text: string; status: MarkdownStatus }) {
  return (
    <LateCode
      // Loading rarely takes so long that there is a text. After a second, so that marks do not flash.
      fallback={<PlainText className="after-a-second" text={text} />}
      failed={
        <>
          <PlainText text={text} />
          <p className="my-2 text-sm text-warn">
            The code that formats answers could not be loaded.{' '}
            <Button onClick={() => window.location.reload()}>Reload the page</Button>
          </p>
        </>
      }
    >
      <Markdown text={text} status={status} codeActions={copyCode} />
    </LateCode>
  )
}

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
    <LateCode>
      <Markdown text="" status="complete" />
    </LateCode>
  )
}

function copyCode(code: () => string) {
  return <CopyButton label="Copy code" text={code} />
}
