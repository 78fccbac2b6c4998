import type { ToolPart } from '@sluice/events'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { jsonOf, requestOf, titleOf } from './call-words.ts'
import { toolViewOf } from './tool-views.ts'

/** What a call would do: in words, and with its input. */
export function CallRequest({ part, id }: { part: ToolPart; id: string }) {
  // Without a title, what the request leaves to it would not be shown.
  const view = titleOf(part) === undefined ? undefined : toolViewOf(part.name)
  const input = jsonOf(part.input)
  const asList = <InputList input={input ? input.value : part.input} />

  return (
    <>
      <p id={id} className="font-medium wrap-anywhere">
        {requestOf(part)}
      </p>
      {part.input !== '{}' && (
        <div
          // What scrolls must be reachable.
          tabIndex={0}
          role="group"
          aria-label="Input"
          className="scroll-thin max-h-60 overflow-auto text-[0.9375rem] empty:hidden"
        >
          {view?.Request && input ? (
            <ErrorBoundary failed={asList}>
              <view.Request input={input.value} />
            </ErrorBoundary>
          ) : (
            asList
          )}
        </div>
      )}
    </>
  )
}

function InputList({ input }: { input: unknown }) {
  if (typeof input !== 'object' || input === null) return <p className="wrap-anywhere">{String(input)}</p>
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5">
      {Object.entries(input).map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-quiet">{name}</dt>
          <dd className="wrap-anywhere whitespace-pre-wrap">
            {typeof value === 'string' ? value : JSON.stringify(value)}
          </dd>
        </div>
      ))}
    </dl>
  )
}
