/** Short, and answered well by the simulator too. */
const SUGGESTIONS = [
  'Explain backpressure',
  'Compare SSE and WebSockets in a table',
  'Merge sorted lists in TypeScript',
  'Add a note to buy milk',
]

/** Stands above the composer while there is no conversation. */
export function Welcome() {
  return (
    <h2 className="mt-auto pt-6 pb-3 text-center text-[clamp(1.5rem,1.2rem+1.5vw,2rem)] leading-tight font-semibold tracking-tight text-balance">
      How can I help?
    </h2>
  )
}

/** Questions to begin with, below the composer. */
export function Suggestions({ onPick }: { onPick: (prompt: string) => void }) {
  return (
    <section aria-label="Suggestions" className="scroll-thin min-h-0 overflow-y-auto py-2">
      <ul className="column flex flex-wrap justify-center gap-2">
        {SUGGESTIONS.map((suggestion) => (
          <li key={suggestion}>
            <button
              type="button"
              data-testid="suggestion"
              className="rounded-full border border-line px-4 py-1.5 text-[0.9375rem] text-quiet hover:border-edge hover:bg-raised hover:text-ink"
              onClick={() => onPick(suggestion)}
            >
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
