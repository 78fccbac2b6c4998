import { type RunPart, type RunView, type TextPart, type WebSource, webUrl } from '@sluice/events'

/** The pages that an answer cites, in the order of their first citation. The number of one is its place, from 1. */
export function citedSources({ parts }: Pick<RunView, 'parts'>): WebSource[] {
  const sources = new Map<string, WebSource>()
  for (const part of parts) {
    for (const { url, title } of citationsOf(part)) if (!sources.has(url)) sources.set(url, { url, title })
  }
  return [...sources.values()]
}

function citationsOf(part: RunPart): NonNullable<TextPart['citations']> {
  return part.type === 'tool' ? [] : (part.citations ?? [])
}

/**
 * The text of a part with a mark after each citation. A mark is added where the text ended when its citation came, so what
 * is returned for a part that grows only grows.
 */
export function withCitations(
  { text, citations = [] }: Omit<TextPart, 'type'>,
  sources: readonly WebSource[],
  markOf: (number: number, source: WebSource) => string,
): string {
  let marked = ''
  let from = 0
  for (const { url, at } of citations) {
    const index = sources.findIndex((source) => source.url === url)
    const source = sources[index]
    marked += text.slice(from, at) + (source ? ` ${markOf(index + 1, source)}` : '')
    from = at
  }
  return from === 0 && marked === '' ? text : marked + text.slice(from)
}

/** A number in brackets. It leads to the page, if that has an address of the web. */
export function citationLink(number: number, { url, title }: WebSource): string {
  const label = `\\[${number}\\]`
  const address = linkAddress(url)
  return address === undefined ? label : `[${label}](<${address}> "${plain(title)}")`
}

export function citationNumber(number: number): string {
  return `[${number}]`
}

/** For people who read Markdown as text too: the pages by their numbers. Empty without any. */
export function sourcesMarkdown(sources: readonly WebSource[]): string {
  const lines = sources.map(({ url, title }, index) => {
    const address = linkAddress(url)
    // As code, an address is no link.
    const shown = `\`${url.replaceAll(/[\s`]+/g, ' ')}\``
    const name = plain(title)
    if (address !== undefined) return `${index + 1}. [${name || shown}](<${address}>)`
    return `${index + 1}. ${name} ${shown}`
  })
  return lines.length === 0 ? '' : ['Sources:', lines.join('\n')].join('\n\n')
}

/** What an answer says, with numbers for its citations, and its sources at the end. */
export function answerMarkdown(view: Pick<RunView, 'parts'>): string {
  const sources = citedSources(view)
  const paragraphs = view.parts.flatMap((part) =>
    part.type === 'text' ? [withCitations(part, sources, citationNumber)] : [],
  )
  return [...paragraphs, sourcesMarkdown(sources)].filter((paragraph) => paragraph !== '').join('\n\n')
}

/** Without characters that Markdown would act on, in a link or around it. */
function linkAddress(url: string): string | undefined {
  return webUrl(url)?.replaceAll(/[^\w\-.~:/?#@!&()+,;=%]/g, percentEncoded)
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** A title without characters that Markdown would act on. */
function plain(title: string): string {
  return title.replaceAll(/[^\p{L}\p{M}\p{N}\p{Pd}\p{Pi}\p{Pf}.,:;?!+%='’]+/gu, ' ').trim()
}
