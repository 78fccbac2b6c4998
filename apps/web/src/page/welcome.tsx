const QUESTIONS = [
  'Explain backpressure with an everyday comparison',
  'Compare SSE and WebSockets in a table',
  'Write a TypeScript function that merges sorted lists',
]

const SIMULATOR_QUESTIONS = [
  'Explain backpressure with an everyday comparison',
  'Something long and fast, please [[sim tps=300 tokens=4000]]',
  'Break the connection to Claude halfway [[sim fault=reset@60 times=1]]',
]

export function Welcome({ simulator, onPick }: { simulator: boolean; onPick: (prompt: string) => void }) {
  return (
    <section className="mt-[max(1.5rem,14dvh)] grid gap-3" aria-labelledby="welcome">
      <h2
        id="welcome"
        className="text-[clamp(1.5rem,1.2rem+1.5vw,2rem)] leading-tight font-semibold tracking-tight text-balance"
      >
        What would you like to know?
      </h2>
      <p className="max-w-xl text-pretty text-quiet">
        Reload in mid-answer, drop the network, press Stop: every token arrives once, and only what is read is
        paid.
      </p>
      <ul className="mt-4 grid gap-2">
        {(simulator ? SIMULATOR_QUESTIONS : QUESTIONS).map((question) => (
          <li key={question}>
            <button
              type="button"
              className="w-full rounded-card border border-line bg-raised px-4 py-3 text-start leading-snug wrap-anywhere hover:border-accent"
              onClick={() => onPick(question)}
            >
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
