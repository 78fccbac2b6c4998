import type { Behaviour } from './behaviour.ts'
import { newId } from './message.ts'
import type { MessagesBody } from './messages-body.ts'
import { callBlock, type PlannedBlock, textBlock, type WholeBlock } from './planned-block.ts'
import { seal } from './seal.ts'

interface Page {
  url: string
  title: string
  /** Part of a sentence. */
  says: string
}

const PAGES: readonly Page[] = [
  {
    url: 'https://locks.example/how-a-lock-works',
    title: 'How a lock works',
    says: 'a lock has a chamber with gates at both ends',
  },
  {
    url: 'https://water.example/gates?page=paddles',
    title: 'Gates and paddles',
    says: 'paddles in the gates let the water in and out',
  },
  {
    url: 'https://canals.example/history',
    title: 'A short history of canals',
    says: 'locks with two gates are a thousand years old',
  },
]

const SEARCH = /\bsearch\s+(?:the\s+)?(?:web|internet)\s+(?:for|about)\s+(.+)/is
const NEWS = /\bwhat(?:['’]s|\s+is)\s+new\s+(?:about|in|on|with)\s+(.+)/is
const READ = /\b(?:read|open|fetch|summari[sz]e)\s+(?:the\s+page\s+)?(https?:\/\/[^\s<>"]+)/i
const NO_PAGE: Page = { url: 'https://nothing.example/', title: 'Nothing', says: 'nothing' }

/** The search for what a prompt wants is quadratic at worst. */
const MAX_PROMPT_CHARS = 1000
const MAX_QUERY_CHARS = 80

/**
 * The searches and fetches that the settings or a prompt ask for, their results, and an answer with citations. Empty where
 * nothing is asked for, or the request does not offer the tool.
 */
export function webBlocks(body: MessagesBody, behaviour: Behaviour, question: string): PlannedBlock[] {
  const prompt = question.slice(0, MAX_PROMPT_CHARS)
  const asked = (SEARCH.exec(prompt) ?? NEWS.exec(prompt))?.[1]
  const address = READ.exec(prompt)?.[1]
  const pages = pagesFor(behaviour)
  const query = plainQuery(asked ?? prompt)
  const searches = uses(body, behaviour, {
    name: 'web_search',
    count: behaviour.search ?? (asked === undefined ? 0 : 1),
    input: (index) => ({ query: index === 0 ? query : `${query} ${index + 1}` }),
    content: () => pages.map(found),
  })
  const fetches = uses(body, behaviour, {
    name: 'web_fetch',
    count: behaviour.fetch ?? (address === undefined ? 0 : 1),
    input: (index) => ({ url: address ?? pageAt(pages, index).url }),
    content: (index) => read({ ...pageAt(pages, index), ...(address !== undefined && { url: address }) }),
  })
  if (searches.length + fetches.length === 0) return []
  const told = [
    ...(searches.some(hasWorked) ? cite(pages) : []),
    ...(fetches.some(hasWorked) ? [textBlock(' The page that I read is about locks.')] : []),
  ]
  return [...searches, ...fetches, ...(told.length > 0 ? told : [textBlock('I could not look that up.')])]
}

/** What a search returns that paused before. */
export function searchResult(id: string, behaviour: Behaviour): WholeBlock {
  return resultOf('web_search', { id, content: pagesFor(behaviour).map(found) })
}

type WebTool = 'web_search' | 'web_fetch'

interface Use {
  name: WebTool
  count: number
  input: (index: number) => object
  content: (index: number) => object
}

/** Calls and their results: errors beyond `max_uses` of the tool, and where the settings say so. */
function uses(
  { tools = [] }: MessagesBody,
  behaviour: Behaviour,
  { name, count, input, content }: Use,
): PlannedBlock[] {
  const tool = tools.find((each) => each.name === name && each.type?.startsWith(name) === true)
  if (tool === undefined) return []
  return Array.from({ length: count }, (_, index) => {
    const id = newId('srvtoolu_01')
    const error = index >= (tool.max_uses ?? Infinity) ? 'max_uses_exceeded' : behaviour['tool-error']
    const result =
      error === undefined
        ? resultOf(name, { id, content: content(index) })
        : resultOf(name, {
            id,
            content: { type: `${name}_tool_result_error`, error_code: error },
            failed: true,
          })
    return [callBlock('server_tool_use', id, { name, input: input(index) }), result]
  }).flat()
}

function resultOf(
  name: WebTool,
  { id, content, failed = false }: { id: string; content: object; failed?: boolean },
): WholeBlock {
  const block = { type: `${name}_tool_result`, tool_use_id: id, content }
  return { type: 'whole', block, ...(!failed && { use: `${name}_requests` as const }) }
}

function hasWorked(block: PlannedBlock): boolean {
  return block.type === 'whole' && block.use !== undefined
}

/** The first one is as the settings say. */
function pagesFor({ source, title }: Behaviour): Page[] {
  const [first = NO_PAGE, ...others] = PAGES
  return [{ ...first, url: source ?? first.url, title: title ?? first.title }, ...others]
}

function pageAt(pages: readonly Page[], index: number): Page {
  return pages[index % pages.length] ?? NO_PAGE
}

function found({ url, title }: Page) {
  return { type: 'web_search_result', url, title, encrypted_content: seal(url, title), page_age: null }
}

function read({ url, title, says }: Page) {
  const source = { type: 'text', media_type: 'text/plain', data: `Here it says that ${says}.` }
  const content = { type: 'document', title, source, citations: null }
  return { type: 'web_fetch_result', url, content, retrieved_at: '2026-11-28T12:00:00Z' }
}

/** One sentence, glued from blocks of which some cite a page or two. */
function cite(pages: readonly Page[]): PlannedBlock[] {
  const cited = (page: Page, ...more: Page[]) => ({
    ...textBlock(page.says),
    citations: [page, ...more].map(citation),
  })
  const [first = NO_PAGE, second = NO_PAGE, third = NO_PAGE] = pages
  return [
    textBlock('I found that '),
    cited(first),
    textBlock(', that '),
    cited(second, third),
    textBlock(', and that '),
    cited(third, first),
    textBlock('.'),
  ]
}

function citation({ url, title, says }: Page) {
  const type = 'web_search_result_location'
  return { type, url, title, encrypted_index: seal(url, says), cited_text: says }
}

/** A prompt in one line, without the end of the sentence. */
function plainQuery(prompt: string): string {
  const line = prompt.replaceAll(/\s+/g, ' ').slice(0, MAX_QUERY_CHARS)
  return line.replace(/[.?!\s]+$/, '') || 'locks'
}
