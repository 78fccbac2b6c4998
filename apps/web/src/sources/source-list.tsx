import type { WebSource } from '@sluice/events'
import { SourceLink } from './source-link.tsx'

/** The pages that an answer cites, by their numbers. */
export function SourceList({ sources }: { sources: readonly WebSource[] }) {
  return (
    <section aria-label="Sources" data-testid="sources" className="mt-3 text-sm text-quiet">
      <h3 className="font-medium">Sources</h3>
      <ol className="list-decimal pl-6">
        {sources.map((source) => (
          <li key={source.url}>
            <SourceLink {...source} />
          </li>
        ))}
      </ol>
    </section>
  )
}
