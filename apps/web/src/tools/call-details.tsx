import type { ToolPart } from '@sluice/events'
import { SourceLink } from '../sources/source-link.tsx'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { CallJson } from './call-json.tsx'
import { jsonOf } from './call-words.ts'
import { toolViewOf } from './tool-views.ts'

/** What is shown of an opened call: the pages that it found or, its tool's view of it or, without one, its input and output as they are. */
export function CallDetails({ part }: { part: ToolPart }) {
  const { name, input, output, state, sources = [] } = part
  const view = toolViewOf(name)
  const asJson = (
    <>
      {input !== '' && <CallJson label="Input" text={input} />}
      {output !== undefined && <CallJson label={state === 'failed' ? 'Error' : 'Result'} text={output} />}
    </>
  )
  if (sources.length > 0)
    return (
      <ul className="list-disc pl-4">
        {sources.map((source) => (
          <li key={source.url}>
            <SourceLink {...source} />
          </li>
        ))}
      </ul>
    )
  const parsed = state === 'done' ? { input: jsonOf(input), output: jsonOf(output) } : undefined
  // An output that was cut is not JSON any more.
  if (!view?.Details || !parsed?.input || !parsed.output) return asJson
  return (
    <ErrorBoundary failed={asJson}>
      <view.Details input={parsed.input.value} output={parsed.output.value} />
    </ErrorBoundary>
  )
}
