import { jsonOf } from './call-words.ts'

/** A JSON text, indented; one that is not complete, or no JSON, as it is. It scrolls. */
export function CallJson({ label, text }: { label: string; text: string }) {
  const json = jsonOf(text)

  return (
    <figure className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
      <figcaption className="text-[0.8125rem]">{label}</figcaption>
      <pre
        // What scrolls must be reachable.
        tabIndex={0}
        aria-label={label}
        className="scroll-thin max-h-72 overflow-auto rounded-lg bg-sunk px-3 py-2 font-mono text-[0.8125rem] leading-normal wrap-anywhere whitespace-pre-wrap text-ink"
      >
        {json ? shown(json.value) : text}
      </pre>
    </figure>
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
