import { type WebSource, webUrl } from '@sluice/events'
import { z } from 'zod'
import { plainLine } from './plain-line.ts'

/** In UTF-16 code units. */
const MAX_TITLE_CHARS = 300
/** Of one block. A search finds about ten. */
const MAX_PAGES = 50

/** What a search found, a page that was read, or a citation of either. Others have no address that leads to a page. */
const PageSchema = z
  .looseObject({
    url: z.string().optional(),
    /** Of a `search_result_location`. */
    source: z.string().optional(),
    title: z.string().nullish(),
    /** Of a `web_fetch_result`. */
    content: z.looseObject({ title: z.string().nullish() }).optional(),
  })
  .transform(({ url, source, title, content }) => ({
    address: url ?? source,
    title: title ?? content?.title,
  }))

/** The pages among these, each once. */
export function webPages(values: readonly unknown[]): WebSource[] {
  const pages = new Map<string, WebSource>()
  for (const value of values) {
    const { data } = PageSchema.safeParse(value)
    const url = webUrl(data?.address ?? '')
    if (url === undefined || pages.has(url)) continue
    pages.set(url, { url, title: plainLine(data?.title, MAX_TITLE_CHARS) })
    if (pages.size === MAX_PAGES) break
  }
  return [...pages.values()]
}
