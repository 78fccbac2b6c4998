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
    <section className="welcome" aria-labelledby="welcome">
      <h2 id="welcome">What would you like to know?</h2>
      <p>
        Reload in mid-answer, drop the network, press Stop: every token arrives once, and only what is read is
        paid.
      </p>
      <ul>
        {(simulator ? SIMULATOR_QUESTIONS : QUESTIONS).map((question) => (
          <li key={question}>
            <button type="button" className="suggestion" onClick={() => onPick(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
