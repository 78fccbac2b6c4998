import type Anthropic from '@anthropic-ai/sdk'

/** A tool that Anthropic executes. These versions need no other tool beside them, and work with every model. */
export type WebTool = Anthropic.WebSearchTool20250305 | Anthropic.WebFetchTool20250910

/** In one call to Claude. */
const MAX_USES = 5
/** Of a page that is read. It counts as part of the prompt. */
export const MAX_PAGE_TOKENS = 20_000

/** Claude's own tools for the web: to search it, and to read pages of it. */
export function webTools({ search, fetch }: { search: boolean; fetch: boolean }): WebTool[] {
  const tools: WebTool[] = []
  if (search) tools.push({ type: 'web_search_20250305', name: 'web_search', max_uses: MAX_USES })
  if (fetch)
    tools.push({
      type: 'web_fetch_20250910',
      name: 'web_fetch',
      max_uses: MAX_USES,
      max_content_tokens: MAX_PAGE_TOKENS,
    })
  return tools
}
